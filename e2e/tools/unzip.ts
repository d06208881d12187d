import { inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const STORED = 0;

/** The content of one file of a ZIP archive. Knows nothing of ZIP64 and encryption: our archives have neither. */
export function unzippedFile(archive: Buffer, path: string): Buffer {
  const { count, offset } = directory(archive);
  let at = offset;
  for (let index = 0; index < count; index += 1) {
    const entry = directoryEntry(archive, at);
    if (entry.path === path) return content(archive, entry);
    at = entry.next;
  }
  throw new Error(`Cannot unzip "${path}": the archive has no such file`);
}

interface DirectoryEntry {
  readonly path: string;
  readonly method: number;
  readonly compressedBytes: number;
  readonly localHeader: number;
  readonly next: number;
}

/** The archive's directory is found from its end, where a comment of up to 64 KiB may follow it. */
function directory(archive: Buffer): { readonly count: number; readonly offset: number } {
  const lowest = Math.max(0, archive.length - END_OF_DIRECTORY_BYTES - 0xffff);
  for (let at = archive.length - END_OF_DIRECTORY_BYTES; at >= lowest; at -= 1) {
    if (archive.readUInt32LE(at) !== END_OF_DIRECTORY) continue;
    return { count: archive.readUInt16LE(at + 10), offset: archive.readUInt32LE(at + 16) };
  }
  throw new Error("Cannot unzip: this is no ZIP archive");
}

function directoryEntry(archive: Buffer, at: number): DirectoryEntry {
  const pathBytes = archive.readUInt16LE(at + 28);
  const extraBytes = archive.readUInt16LE(at + 30);
  const commentBytes = archive.readUInt16LE(at + 32);
  return {
    path: archive.toString("utf8", at + 46, at + 46 + pathBytes),
    method: archive.readUInt16LE(at + 10),
    compressedBytes: archive.readUInt32LE(at + 20),
    localHeader: archive.readUInt32LE(at + 42),
    next: at + 46 + pathBytes + extraBytes + commentBytes,
  };
}

function content(archive: Buffer, { method, compressedBytes, localHeader }: DirectoryEntry): Buffer {
  const pathBytes = archive.readUInt16LE(localHeader + 26);
  const extraBytes = archive.readUInt16LE(localHeader + 28);
  const start = localHeader + 30 + pathBytes + extraBytes;
  const packed = archive.subarray(start, start + compressedBytes);
  return method === STORED ? packed : inflateRawSync(packed);
}
