/** One field as it stands on the wire; what its bytes mean is for the message's table to say. */
export type WireField =
  | { readonly number: number; readonly wire: "varint"; readonly value: bigint }
  | { readonly number: number; readonly wire: "bytes"; readonly value: Uint8Array }
  | { readonly number: number; readonly wire: "double"; readonly value: number }
  | { readonly number: number; readonly wire: "float"; readonly value: number };

/** These bytes are no protobuf message. */
export class WireError extends Error {
  override readonly name: string = "WireError";
  /** Whether the message says already where in the message they are wrong. */
  readonly isPlaced: boolean;

  constructor(message: string, { isPlaced = false }: { readonly isPlaced?: boolean } = {}) {
    super(message);
    this.isPlaced = isPlaced;
  }
}

/**
 * The fields of a protobuf message, in the order of the wire. Reads without copying.
 *
 * @throws WireError when the bytes end early, or have groups (which proto3 and Kubernetes know not)
 */
export function* wireFields(bytes: Uint8Array): Generator<WireField, void, undefined> {
  const reader = new WireReader(bytes);
  while (!reader.isAtEnd) yield reader.field();
}

/** The numbers of a packed list. @throws WireError */
export function packedVarints(bytes: Uint8Array): readonly bigint[] {
  const reader = new WireReader(bytes);
  const values: bigint[] = [];
  while (!reader.isAtEnd) values.push(reader.varint());
  return values;
}

const LONGEST_VARINT = 10;
const LARGEST_FIELD_NUMBER = 2 ** 29 - 1;

class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  field(): WireField {
    const tag = Number(this.varint());
    const number = Math.floor(tag / 8);
    if (number < 1 || number > LARGEST_FIELD_NUMBER) throw new WireError(`illegal tag ${number}`);
    switch (tag % 8) {
      case 0:
        return { number, wire: "varint", value: this.varint() };
      case 1:
        return { number, wire: "double", value: this.#view.getFloat64(this.#advance(8), true) };
      case 2:
        return { number, wire: "bytes", value: this.#lengthDelimited() };
      case 5:
        return { number, wire: "float", value: this.#view.getFloat32(this.#advance(4), true) };
      default:
        throw new WireError(`illegal wire type ${tag % 8} of field ${number}`);
    }
  }

  /** Most are of one byte: those need no big number in between. */
  varint(): bigint {
    let value = 0n;
    for (let index = 0; index < LONGEST_VARINT; index += 1) {
      const byte = this.#bytes[this.#advance(1)] ?? 0;
      if (index === 0 && byte < 0x80) return BigInt(byte);
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError("a number has more than 64 bits");
  }

  #lengthDelimited(): Uint8Array {
    const length = Number(this.varint());
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Step over the next bytes; the answer is where they start. */
  #advance(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new WireError("unexpected EOF");
    this.#at += length;
    return start;
  }
}
