import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import { type WireField, wireFields } from "../../packages/kube-embedded/src/protobuf/wire-reader.ts";

/** A protobuf message as its descriptor has it. */
export interface MessageDescriptor {
  readonly fields: readonly FieldDescriptor[];
  /** The message is one entry of a map: field 1 its key, field 2 its value. */
  readonly isMapEntry: boolean;
}

export interface FieldDescriptor {
  readonly number: number;
  readonly name: string;
  readonly isRepeated: boolean;
  /** `FieldDescriptorProto.Type` */
  readonly type: number;
  /** The full name of its message, without the leading dot; empty for a scalar. */
  readonly message: string;
}

/**
 * Every message of Kubernetes that a Go program knows, by full name. Go programs carry the descriptors of their
 * messages in gzipped `FileDescriptorProto`s.
 */
export function messageDescriptors(program: string): ReadonlyMap<string, MessageDescriptor> {
  const found = new Map<string, MessageDescriptor>();
  for (const file of gzippedTexts(readFileSync(program))) {
    if (isDescriptorFile(file)) collectFile(file, found);
  }
  return found;
}

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b, 0x08]);
/** Go's gzip writes neither a name nor a comment. */
const GZIP_HEADER_BYTES = 10;
const LARGEST_PACKED_BYTES = 400_000;

function* gzippedTexts(program: Buffer): Generator<Buffer> {
  for (let at = program.indexOf(GZIP_MAGIC); at >= 0; at = program.indexOf(GZIP_MAGIC, at + 1)) {
    try {
      yield inflateRawSync(program.subarray(at + GZIP_HEADER_BYTES, at + LARGEST_PACKED_BYTES));
    } catch {
      // Three bytes that only look like the start of one.
    }
  }
}

/** Field 1 of a `FileDescriptorProto` is its path. */
function isDescriptorFile(text: Buffer): boolean {
  return text[0] === 0x0a && text.toString("latin1", 2, 9) === "k8s.io/";
}

function collectFile(file: Buffer, found: Map<string, MessageDescriptor>): void {
  const fields = [...wireFields(file)];
  const prefix = textOf(fields, 2);
  for (const message of bytesOf(fields, 4)) collectMessage(message, prefix, found);
}

function collectMessage(bytes: Uint8Array, prefix: string, found: Map<string, MessageDescriptor>): void {
  const parts = [...wireFields(bytes)];
  const name = `${prefix}.${textOf(parts, 1)}`;
  const isMapEntry = bytesOf(parts, 7).some((options) => numberOf([...wireFields(options)], 7) === 1);
  found.set(name, { fields: bytesOf(parts, 2).map(fieldOf), isMapEntry });
  for (const nested of bytesOf(parts, 3)) collectMessage(nested, name, found);
}

const REPEATED = 3;

function fieldOf(bytes: Uint8Array): FieldDescriptor {
  const parts = [...wireFields(bytes)];
  return {
    name: textOf(parts, 1),
    number: numberOf(parts, 3),
    isRepeated: numberOf(parts, 4) === REPEATED,
    type: numberOf(parts, 5),
    message: textOf(parts, 6).replace(/^\./, ""),
  };
}

function bytesOf(fields: readonly WireField[], number: number): readonly Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && field.wire === "bytes" ? [field.value] : []));
}

function textOf(fields: readonly WireField[], number: number): string {
  return new TextDecoder().decode(bytesOf(fields, number)[0]);
}

function numberOf(fields: readonly WireField[], number: number): number {
  const field = fields.find((each) => each.number === number && each.wire === "varint");
  return field?.wire === "varint" ? Number(field.value) : 0;
}
