import { readFile } from "node:fs/promises";
import { type Clock, KubeError } from "@heliostat/kube";

/** A text that may change while we run: a token, a certificate. */
export interface TextSource {
  text(): Promise<string>;
  /** The text as it is at this very moment, whatever is remembered. */
  reread(): Promise<string>;
}

/** A text that stays as it is. */
export function fixedText(text: string): TextSource {
  return { text: async () => text, reread: async () => text };
}

/** How long a file is believed not to change: as client-go does with tokens. */
const REREAD_AFTER_MS = 60_000;

/** The text of a file that somebody replaces from time to time. While it cannot be read, the last text stays good. */
export class FileText implements TextSource {
  readonly #path: string;
  readonly #clock: Clock;
  #last: { readonly text: string; readonly readAtMs: number } | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async text(): Promise<string> {
    const isFresh = this.#last && this.#clock.now() - this.#last.readAtMs < REREAD_AFTER_MS;
    return this.#last && isFresh ? this.#last.text : this.reread();
  }

  async reread(): Promise<string> {
    try {
      const text = await readFile(this.#path, "utf8");
      this.#last = { text, readAtMs: this.#clock.now() };
      return text;
    } catch (cause) {
      if (this.#last) return this.#last.text;
      throw new KubeError("Unauthorized", `Cannot read "${this.#path}": ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}
