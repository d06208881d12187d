/** As much of a cache as noticing its changes needs. */
interface Changing {
  onChange(listener: () => void): unknown;
}

/**
 * Answers that stay as they are while nothing changes that they are made of. Whoever asks again, as pages that show a
 * list do, gets the same message, of which transports have the bytes.
 */
export class KnownAnswers<Answer> {
  readonly #answers = new Map<string, Answer>();

  constructor(...caches: readonly Changing[]) {
    for (const cache of caches) cache.onChange(() => this.#answers.clear());
  }

  /** `question` is all that the answer depends on beside the caches. */
  of(question: readonly (string | bigint)[], answer: () => Answer): Answer {
    const key = JSON.stringify(question.map(String));
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    if (this.#answers.size >= ANSWERS_MAX) this.#answers.clear();
    const made = answer();
    this.#answers.set(key, made);
    return made;
  }
}

/** Whoever asks for one page size after another must not fill the memory. */
const ANSWERS_MAX = 32;
