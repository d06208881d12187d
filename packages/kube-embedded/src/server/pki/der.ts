/** The few forms of ASN.1's Distinguished Encoding Rules of which an X.509 certificate is made. */
export const DER = {
  sequence: (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts)),
  set: (...parts: readonly Buffer[]): Buffer => tagged(0x31, Buffer.concat(parts)),
  boolean: (value: boolean): Buffer => tagged(0x01, Buffer.of(value ? 0xff : 0)),
  /** A number that is not negative, big end first. */
  integer: (bytes: Buffer): Buffer => tagged(0x02, withoutSign(bytes)),
  objectId: (dotted: string): Buffer => tagged(0x06, objectIdBytes(dotted)),
  text: (value: string): Buffer => tagged(0x0c, Buffer.from(value)),
  octets: (content: Buffer): Buffer => tagged(0x04, content),
  /** `unusedBits`: how many of the last byte do not count. */
  bits: (content: Buffer, unusedBits = 0): Buffer =>
    tagged(0x03, Buffer.concat([Buffer.of(unusedBits), content])),
  time: (epochMs: number): Buffer => timeElement(epochMs),
  /** `[n]` around complete elements. */
  explicit: (n: number, content: Buffer): Buffer => tagged(0xa0 | n, content),
  /** `[n]` in place of an element's own tag. */
  implicit: (n: number, content: Buffer): Buffer => tagged(0x80 | n, content),
} as const;

function tagged(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthBytes(content.length), content]);
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  if (length < 0x100) return Buffer.of(0x81, length);
  if (length < 0x10000) return Buffer.of(0x82, length >> 8, length & 0xff);
  throw new Error(`Cannot encode a DER element: ${length} bytes are more than any certificate has`);
}

/** A leading zero keeps the first bit from being read as a minus. */
function withoutSign(bytes: Buffer): Buffer {
  const firstByte = bytes[0] ?? 0;
  return firstByte < 0x80 && bytes.length > 0 ? bytes : Buffer.concat([Buffer.of(0), bytes]);
}

function objectIdBytes(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [...base128(Math.floor(value / 0x80)).map((byte) => byte | 0x80), low];
}

/** RFC 5280: two-digit years until 2049, four digits from then on. */
function timeElement(epochMs: number): Buffer {
  const digits = `${new Date(epochMs).toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
  return digits < "2050" ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
