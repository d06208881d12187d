import type { Schema } from "@heliostat/kube";

/**
 * Makes schemas share what they have in common. The pod template alone stands a dozen times in a typical
 * CustomResourceDefinition: after sharing, equal parts are one object, and what is compiled for one serves all.
 */
export class SchemaPool {
  readonly #bySignature = new Map<string, object>();
  readonly #numbers = new WeakMap<object, number>();

  /** A schema equal to the given one, made of shared parts. */
  share(schema: Schema): Schema {
    return this.#shared(schema) as Schema;
  }

  #shared(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    const shallow = Array.isArray(value)
      ? value.map((item) => this.#shared(item))
      : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#shared(member)]));
    const signature = this.#signature(shallow);
    const known = this.#bySignature.get(signature);
    if (known !== undefined) return known;
    this.#numbers.set(shallow, this.#bySignature.size);
    this.#bySignature.set(signature, shallow);
    return shallow;
  }

  /** The text of one level; parts already shared stand in it as their numbers. */
  #signature(shallow: object): string {
    return JSON.stringify(shallow, (name, member: unknown) => {
      if (name === "" || typeof member !== "object" || member === null) return member;
      return `\u0000${this.#numbers.get(member)}`;
    });
  }
}
