/** What a client needs of the place where it runs. Tests bring their own. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch;
  /** Resolves after `ms`, or rejects with the signal's reason when that aborts first. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node and browsers have the same. */
export const STANDARD_PLATFORM: Platform = {
  fetch: (...request) => globalThis.fetch(...request),
  pause,
};

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", give, { once: true });
    function done(): void {
      signal?.removeEventListener("abort", give);
      resolve();
    }
    function give(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}
