import { crc32 } from "node:zlib";

const SEAL_BYTES = 4;

/** A record as it lies on disk: a checksum of its key and text, then the text. */
export function sealedRecord(key: string, text: string): Buffer {
  const record = Buffer.allocUnsafe(SEAL_BYTES + Buffer.byteLength(text));
  record.write(text, SEAL_BYTES);
  record.writeUInt32BE(checksum(key, record));
  return record;
}

/** The text of a record. @throws Error when it is not, to the bit, what was stored under `key` */
export function unsealedText(key: string, bytes: Uint8Array): string {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.length < SEAL_BYTES || record.readUInt32BE() !== checksum(key, record))
    throw new Error(`the record "${key}" is damaged`);
  return record.toString("utf8", SEAL_BYTES);
}

/** Over the key as well: a record in the place of another one is damage, too. */
function checksum(key: string, record: Buffer): number {
  return crc32(record.subarray(SEAL_BYTES), crc32(key));
}
