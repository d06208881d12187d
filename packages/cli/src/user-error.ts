/** Something that the person at the keyboard can mend: a message, and what to do about it. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** What to do next: a sentence or a command. */
  readonly hint: string | undefined;
  /** Whether what was asked for can be right, and only did not come about. */
  readonly isFailure: boolean;

  constructor(
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown; readonly isFailure?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
    this.isFailure = options.isFailure ?? false;
  }
}
