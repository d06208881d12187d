/** What one GET says. */
export interface HttpAnswer {
  readonly status: number;
  /** At most a mebibyte; a longer answer is an error. */
  readonly text: string;
}

export interface HttpGetOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * The way to an identity provider: one GET, no redirects followed, no cookies kept.
 *
 * @throws Error when there is no answer; what kind of trouble it was is for logs only
 */
export type HttpGet = (url: string, options: HttpGetOptions) => Promise<HttpAnswer>;
