import type { ErrorCode } from "./error-codes.ts";

/** What a handler says; the server turns it into bytes. */
export interface Answer {
  readonly status: number;
  /** A JSON value, or its text already made. */
  readonly body: object | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Why a request gets something else than what it asks for. */
export class ScalerError extends Error {
  override readonly name = "ScalerError";
  readonly status: number;
  readonly code: ErrorCode;
  /** Further members of the body. */
  readonly extra: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, options: ScalerErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.extra = options.extra ?? {};
    this.headers = options.headers ?? {};
  }

  get answer(): Answer {
    const { status, code, message, extra, headers } = this;
    return { status, body: { error: code, message, ...extra }, headers };
  }
}

export interface ScalerErrorOptions {
  readonly status: number;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export function ok(body: object | Buffer): Answer {
  return { status: 200, body };
}
