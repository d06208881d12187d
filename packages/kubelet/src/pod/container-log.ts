import { epochMsOf, type LogOptions, microTimestamp } from "@heliostat/kube";
import type { OutputChunk } from "../runtime/container-runtime.ts";

/** One line of a container's output, with its line feed unless the output ended without one. */
interface LogLine {
  readonly atMs: number;
  readonly stream: OutputChunk["stream"];
  readonly bytes: Uint8Array;
}

/** How much of one run is kept when nothing else is said: 4 MiB. */
const DEFAULT_LIMIT_BYTES = 4 * 1024 * 1024;
/** A line without an end is cut here, so that a progress bar does not grow for ever. */
const LONGEST_LINE_BYTES = 16 * 1024;
const LINE_FEED = 10;

/**
 * What one run of a container has written, in memory. When it is full the oldest lines go first, like a log file that
 * is rotated. A line can be read once it is complete, or once the run has ended.
 */
export class ContainerLog {
  readonly #limitBytes: number;
  /** Kept lines; the oldest has the number `#firstNumber`. */
  #lines: LogLine[] = [];
  #firstNumber = 0;
  #keptBytes = 0;
  #hasEnded = false;
  readonly #unfinished = new Map<OutputChunk["stream"], readonly Uint8Array[]>();
  /** Followers that have read everything. */
  readonly #waiting = new Set<() => void>();

  constructor(limitBytes: number = DEFAULT_LIMIT_BYTES) {
    this.#limitBytes = limitBytes;
  }

  append({ stream, atMs, bytes }: OutputChunk): void {
    let rest = bytes;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      this.#finishLine(stream, atMs, rest.subarray(0, end + 1));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#keepUnfinished(stream, atMs, rest);
    this.#announce();
  }

  /** Nothing more will come: whoever follows is let go. */
  end(atMs: number): void {
    for (const stream of this.#unfinished.keys()) this.#finishLine(stream, atMs, new Uint8Array());
    this.#hasEnded = true;
    this.#announce();
  }

  /** The output as `kubectl logs` asks for it. */
  async *read(options: LogOptions = {}): AsyncGenerator<Uint8Array> {
    const sinceMs = (options.sinceTime && epochMsOf(options.sinceTime)) || Number.NEGATIVE_INFINITY;
    let leftBytes = options.limitBytes ?? Number.POSITIVE_INFINITY;
    for await (const line of this.#linesFrom(this.#firstOfTail(options.tailLines), options)) {
      if (line.atMs < sinceMs) continue;
      const bytes = options.timestamps ? stamped(line) : line.bytes;
      yield bytes.subarray(0, leftBytes);
      leftBytes -= bytes.length;
      if (leftBytes <= 0) return;
    }
  }

  /** The last lines as text, for a termination message. */
  tail(lines: number, limitBytes: number): string {
    const bytes = Buffer.concat(this.#lines.slice(-lines).map((line) => line.bytes));
    return bytes.subarray(-limitBytes).toString();
  }

  async *#linesFrom(first: number, { follow, signal }: LogOptions): AsyncGenerator<LogLine> {
    for (let number = first; !signal?.aborted; ) {
      number = Math.max(number, this.#firstNumber);
      const line = this.#lines[number - this.#firstNumber];
      if (line) {
        yield line;
        number += 1;
        continue;
      }
      if (this.#hasEnded || !follow) return;
      await this.#news(signal);
    }
  }

  #firstOfTail(tailLines: number | undefined): number {
    const end = this.#firstNumber + this.#lines.length;
    return tailLines === undefined ? this.#firstNumber : Math.max(this.#firstNumber, end - tailLines);
  }

  #keepUnfinished(stream: LogLine["stream"], atMs: number, bytes: Uint8Array): void {
    const parts = [...(this.#unfinished.get(stream) ?? []), Uint8Array.from(bytes)];
    this.#unfinished.set(stream, parts);
    if (sizeOf(parts) >= LONGEST_LINE_BYTES) this.#finishLine(stream, atMs, new Uint8Array());
  }

  #finishLine(stream: LogLine["stream"], atMs: number, ending: Uint8Array): void {
    const bytes = Buffer.concat([...(this.#unfinished.get(stream) ?? []), ending]);
    this.#unfinished.delete(stream);
    this.#lines.push({ atMs, stream, bytes });
    this.#keptBytes += bytes.length;
    this.#rotate();
  }

  /** Room is made by a tenth at a time: dropping line by line would move the whole array for each. */
  #rotate(): void {
    if (this.#keptBytes <= this.#limitBytes) return;
    let dropped = 0;
    while (this.#keptBytes > this.#limitBytes * 0.9 && dropped < this.#lines.length - 1) {
      this.#keptBytes -= this.#lines[dropped]?.bytes.length ?? 0;
      dropped += 1;
    }
    this.#lines = this.#lines.slice(dropped);
    this.#firstNumber += dropped;
  }

  #announce(): void {
    for (const wake of this.#waiting) wake();
  }

  /** Fulfilled when there is more to read, or the signal aborts. */
  #news(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }
}

/** With the moment of writing before it, to the nanosecond, as the container runtimes write it. */
function stamped({ atMs, bytes }: LogLine): Uint8Array {
  return Buffer.concat([Buffer.from(`${microTimestamp(atMs).replace("Z", "000Z")} `), bytes]);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((size, part) => size + part.length, 0);
}
