import type { AttachSession } from "@heliostat/kube";
import type { OutputChunk, RunningContainer } from "../runtime/container-runtime.ts";
import { ByteQueue } from "./byte-queue.ts";

/** How somebody is attached. */
export interface AttachmentTerms {
  /** Whether his input reaches the container. */
  readonly takesInput: boolean;
  /** Whether the end of his input is the end of the container's (`stdinOnce`). */
  readonly endsInput: boolean;
  /** A terminal has one output. */
  readonly hasTerminal: boolean;
  /** He is no longer shown anything. */
  leave(): void;
}

/** Somebody who has joined the streams of a running container. */
export class Attachment implements AttachSession {
  readonly #running: RunningContainer;
  readonly #terms: AttachmentTerms;
  readonly #stdout = new ByteQueue();
  readonly #stderr = new ByteQueue();

  constructor(running: RunningContainer, terms: AttachmentTerms) {
    this.#running = running;
    this.#terms = terms;
    if (terms.hasTerminal) this.#stderr.end();
  }

  get stdout(): AsyncIterable<Uint8Array> {
    return this.#stdout;
  }

  get stderr(): AsyncIterable<Uint8Array> {
    return this.#stderr;
  }

  write(chunk: Uint8Array): void {
    if (this.#terms.takesInput) this.#running.write(chunk);
  }

  async drained(): Promise<void> {
    await this.#running.drained?.();
  }

  endInput(): void {
    if (this.#terms.takesInput && this.#terms.endsInput) this.#running.endInput?.();
  }

  resize(columns: number, rows: number): void {
    this.#running.resize?.(columns, rows);
  }

  detach(): void {
    this.#stdout.abandon();
    this.#stderr.abandon();
    this.#terms.leave();
  }

  /** From the container. Resolves when there is room for more: a container waits for those who look at it. */
  show({ stream, bytes }: OutputChunk): Promise<void> {
    const isPlain = this.#terms.hasTerminal || stream === "stdout";
    return (isPlain ? this.#stdout : this.#stderr).push(bytes);
  }

  /** From the container: it has ended. */
  end(): void {
    this.#stdout.end();
    this.#stderr.end();
    this.#terms.leave();
  }
}
