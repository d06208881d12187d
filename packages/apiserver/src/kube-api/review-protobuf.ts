import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** What comes before every object of Kubernetes' in protobuf. */
const MAGIC = "k8s\u0000";

export function isKubeProtobuf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString("latin1") === MAGIC;
}

/**
 * As much of a review in Kubernetes' protobuf as decides of the answer: newer kubectl sends its own kinds so.
 * `runtime.Unknown{typeMeta 1 {kind 2}, raw 2}`, and in it `SelfSubjectAccessReview{spec 2 {resourceAttributes 1 {…}}}`.
 *
 * @throws Error for bytes that are no such message
 */
export function reviewOfProtobuf(bytes: Uint8Array): object {
  const unknown = fieldsOf(bytes.subarray(MAGIC.length));
  const typeMeta = fieldsOf(unknown.get(1));
  const spec = fieldsOf(fieldsOf(unknown.get(2)).get(2));
  const attributes = spec.get(1);
  return {
    apiVersion: textOf(typeMeta.get(1)),
    kind: textOf(typeMeta.get(2)),
    spec: attributes === undefined ? {} : { resourceAttributes: attributesOf(fieldsOf(attributes)) },
  };
}

/** `ResourceAttributes`, by the numbers of its fields. */
const ATTRIBUTES = { 1: "namespace", 2: "verb", 3: "group", 5: "resource", 6: "subresource", 7: "name" };

function attributesOf(fields: ReadonlyMap<number, Uint8Array>): object {
  return Object.fromEntries(
    Object.entries(ATTRIBUTES).map(([number, name]) => [name, textOf(fields.get(Number(number)))]),
  );
}

/** The texts and messages of a message, by their numbers. */
function fieldsOf(bytes: Uint8Array = new Uint8Array()): ReadonlyMap<number, Uint8Array> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) fields.set(number, reader.bytes());
    else reader.skip(wireType, number);
  }
  return fields;
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return new TextDecoder().decode(bytes);
}
