/** As much of a writable stream as waiting for it needs. */
interface Draining {
  once(event: "drain", listener: () => void): unknown;
  off(event: "drain", listener: () => void): unknown;
}

/** Resolves when a stream that was full has room again, or nobody waits for it any longer. Leaves no listener behind. */
export function untilDrained(stream: Draining, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.once("drain", done);
    signal.addEventListener("abort", done);
  });
}
