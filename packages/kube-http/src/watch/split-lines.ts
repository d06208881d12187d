import { KubeError } from "@heliostat/kube";

/** More than any object that an API server stores. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 10;

/**
 * The complete lines of a byte stream, wherever it is cut; the rest after the last newline is no line, since nobody
 * knows what it would have become. Reads on only when the reader wants more.
 *
 * @throws KubeError `Internal` for a line without end
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    // A newline byte is never a part of another character in UTF-8.
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = textOf([...pending, chunk.subarray(start, end)]);
      [pending, pendingBytes, start] = [[], 0, end + 1];
      if (line.trim() !== "") yield line;
    }
    if (start === chunk.length) continue;
    pending.push(chunk.subarray(start));
    pendingBytes += chunk.length - start;
    if (pendingBytes > MAX_LINE_BYTES) {
      throw new KubeError(
        "Internal",
        `Cannot read the watch: an event is longer than ${MAX_LINE_BYTES} bytes`,
      );
    }
  }
}

function textOf(parts: readonly Uint8Array[]): string {
  const [first = new Uint8Array(), ...others] = parts;
  return (others.length === 0 ? asBuffer(first) : Buffer.concat(parts)).toString("utf8");
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
