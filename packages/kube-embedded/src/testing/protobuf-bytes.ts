/* Protobuf by hand, as far as tests need it: each function gives the bytes of one field. */

export function varintField(number: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

export function bytesField(number: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A message, or a map entry, from its fields. */
export function messageField(number: number, ...fields: readonly Buffer[]): Buffer {
  return bytesField(number, Buffer.concat(fields));
}

export function doubleField(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}

/** A whole request body: `envelope("v1", "ConfigMap", …fields)`. */
export function envelope(apiVersion: string, kind: string, ...fields: readonly Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from("k8s\0"),
    messageField(1, bytesField(1, apiVersion), bytesField(2, kind)),
    messageField(2, ...fields),
  ]);
}

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    const low = Number(rest & 0x7fn);
    if (rest < 0x80n) return Buffer.from([...bytes, low]);
    bytes.push(low | 0x80);
  }
}
