import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { elementsOf, listField } from "../calls/list-field.ts";

/** Answers as bytes of protobuf. */
export type Encode = (schema: DescMessage, message: Message) => Uint8Array;

/**
 * Messages are not changed once a handler has answered with them; therefore each is encoded once for as long as it is
 * told. A list is put together from the bytes of its elements, so one of a thousand clusters costs one when one changes.
 */
export function encoder(): Encode {
  const known = new WeakMap<Message, Uint8Array>();
  return (schema, message) => {
    const field = listField(schema);
    if (field === undefined) return bytesOf(schema, message);
    const writer = new BinaryWriter();
    for (const element of elementsOf(field, message))
      writer.tag(field.number, WireType.LengthDelimited).bytes(bytesOf(field.message, element));
    const rest = toBinary(schema, { ...message, [field.localName]: [] } as Message);
    return writer.raw(rest).finish();
  };

  function bytesOf(schema: DescMessage, message: Message): Uint8Array {
    const before = known.get(message);
    if (before !== undefined) return before;
    const bytes = toBinary(schema, message);
    known.set(message, bytes);
    return bytes;
  }
}
