/** The SHA-1 digest (20 bytes) of a text's UTF-8 form. For recognising, not for security: Ray rooms do no I/O, so `node:crypto` is out of reach. */
export function sha1(text: string): Uint8Array {
  const blocks = paddedBlocks(utf8(text));
  const digest = blocks.reduce<State>(compress, [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  const bytes = new DataView(new ArrayBuffer(20));
  digest.forEach((word, index) => {
    bytes.setUint32(index * 4, word);
  });
  return new Uint8Array(bytes.buffer);
}

/** `0-9A-V`, five bits a character (RFC 4648 "base32hex"), without padding. */
export function base32Hex(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups
    .map((group) => Number.parseInt(group.padEnd(5, "0"), 2).toString(32))
    .join("")
    .toUpperCase();
}

type State = readonly [number, number, number, number, number];

/** Written out, since neither `TextEncoder` nor `Buffer` belongs to the language. A lone surrogate becomes U+FFFD. */
function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const found = character.codePointAt(0) ?? 0;
    const code = found >= 0xd800 && found <= 0xdfff ? 0xfffd : found;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), continuation(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), continuation(code >> 6), continuation(code));
    else
      bytes.push(0xf0 | (code >> 18), continuation(code >> 12), continuation(code >> 6), continuation(code));
  }
  return bytes;
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

/** The message, a one bit, zeros, and the message's length in bits, in blocks of 64 bytes. */
function paddedBlocks(message: readonly number[]): DataView[] {
  const blockCount = Math.ceil((message.length + 9) / 64);
  const bytes = new Uint8Array(blockCount * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(message.length) * 8n);
  return Array.from({ length: blockCount }, (_, index) => new DataView(bytes.buffer, index * 64, 64));
}

function compress(state: State, block: DataView): State {
  const words = schedule(block);
  let [a, b, c, d, e] = state;
  for (let round = 0; round < 80; round += 1) {
    const { constant, mixed } = PHASES[Math.floor(round / 20)] ?? LAST_PHASE;
    const next = (rotateLeft(a, 5) + mixed(b, c, d) + e + (words[round] ?? 0) + constant) | 0;
    e = d;
    d = c;
    c = rotateLeft(b, 30);
    b = a;
    a = next;
  }
  return [plus(state[0], a), plus(state[1], b), plus(state[2], c), plus(state[3], d), plus(state[4], e)];
}

/** Twenty rounds that mix alike. */
interface Phase {
  readonly constant: number;
  mixed(b: number, c: number, d: number): number;
}

const LAST_PHASE: Phase = { constant: 0xca62c1d6, mixed: (b, c, d) => b ^ c ^ d };
const PHASES: readonly Phase[] = [
  { constant: 0x5a827999, mixed: (b, c, d) => (b & c) | (~b & d) },
  { constant: 0x6ed9eba1, mixed: (b, c, d) => b ^ c ^ d },
  { constant: 0x8f1bbcdc, mixed: (b, c, d) => (b & c) | (b & d) | (c & d) },
  LAST_PHASE,
];

/** The block's 16 words, and the 64 that follow from them. */
function schedule(block: DataView): Uint32Array {
  const words = new Uint32Array(80);
  const before = (index: number, back: number): number => words[index - back] ?? 0;
  for (let index = 0; index < 16; index += 1) words[index] = block.getUint32(index * 4);
  for (let index = 16; index < 80; index += 1) {
    const word = before(index, 3) ^ before(index, 8) ^ before(index, 14) ^ before(index, 16);
    words[index] = rotateLeft(word, 1);
  }
  return words;
}

function plus(one: number, other: number): number {
  return (one + other) >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
