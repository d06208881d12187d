import { type DescField, type DescMessage, type Message, toJson } from "@bufbuild/protobuf";
import { elementsOf, type ListField, listField } from "../calls/list-field.ts";

/** How messages look in JSON. */
export interface JsonStyle {
  text(schema: DescMessage, message: Message): string;
  nameOf(field: DescField): string;
  /** Whether a list without elements is `[]`, and not left out. */
  readonly showsEmptyLists: boolean;
}

/** Answers as bytes of JSON. */
export type Render = (schema: DescMessage, message: Message) => Buffer;

/** KubeRay's v1: lower camel case, enums as numbers, zero and empty values left out, 64-bit integers as text. */
export const V1_STYLE: JsonStyle = {
  text: (schema, message) => JSON.stringify(toJson(schema, message, { enumAsInteger: true })),
  nameOf: ({ jsonName }) => jsonName,
  showsEmptyLists: false,
};

/**
 * Answers in a style. Messages are not changed once a handler has answered with them; therefore the elements of a list
 * are written once for as long as they are the same messages, and so is the list: one of a thousand clusters that
 * changes costs one.
 */
export function renderer(style: JsonStyle): Render {
  const textOf = new WeakMap<Message, string>();
  const listOf = new WeakMap<Message, RenderedList>();
  return (schema, message) => {
    const field = listField(schema);
    if (field === undefined) return Buffer.from(style.text(schema, message));
    const elements = elementsOf(field, message);
    const rest = style.text(schema, { ...message, [field.localName]: [] } as Message);
    const [first] = elements;
    const known = first && listOf.get(first);
    if (known !== undefined && known.rest === rest && isSame(known.elements, elements)) return known.bytes;
    const bytes = Buffer.from(listText(rest, { field, elements }));
    if (first !== undefined) listOf.set(first, { elements, rest, bytes });
    return bytes;
  };

  function listText(
    rest: string,
    { field, elements }: { field: ListField; elements: readonly Message[] },
  ): string {
    if (elements.length === 0 && !style.showsEmptyLists) return rest;
    const items = elements.map((element) => elementText(field.message, element)).join(",");
    const tail = rest === "{}" ? "}" : `,${rest.slice(1)}`;
    return `{${JSON.stringify(style.nameOf(field))}:[${items}]${tail}`;
  }

  function elementText(schema: DescMessage, element: Message): string {
    const known = textOf.get(element);
    if (known !== undefined) return known;
    const text = style.text(schema, element);
    textOf.set(element, text);
    return text;
  }
}

interface RenderedList {
  readonly elements: readonly Message[];
  /** What the answer says beside the list. */
  readonly rest: string;
  readonly bytes: Buffer;
}

function isSame(before: readonly Message[], after: readonly Message[]): boolean {
  return before.length === after.length && before.every((message, index) => message === after[index]);
}
