import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";

export type ListField = DescField & { readonly fieldKind: "list"; readonly listKind: "message" };

/** The one list that an answer consists of. A message that is more than a list is an object, and has no such field. */
export function listField({ fields }: DescMessage): ListField | undefined {
  const [first, ...others] = fields;
  const isList = first?.fieldKind === "list" && first.listKind === "message";
  return isList && others.every(({ fieldKind }) => fieldKind === "scalar") ? (first as ListField) : undefined;
}

/** What the list holds. */
export function elementsOf({ localName }: ListField, message: Message): readonly Message[] {
  return (message as Message & Readonly<Record<string, readonly Message[]>>)[localName] ?? [];
}
