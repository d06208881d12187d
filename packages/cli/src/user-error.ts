/** Something that the person at the keyboard can mend: a message, and what to do about it. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** What to do next: a sentence or a command. */
  readonly hint: string | undefined;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }
}
