import type { Clock } from "@heliostat/kube";

/** Wait for `work`, but no longer. Answers whether it has ended. @throws what `work` throws in time */
export async function withinMs(work: Promise<unknown>, limitMs: number, clock: Clock): Promise<boolean> {
  let expire: () => void = () => undefined;
  const expired = new Promise<false>((resolve) => {
    expire = () => resolve(false);
  });
  const timer = clock.after(limitMs, expire);
  try {
    return await Promise.race([work.then(() => true), expired]);
  } finally {
    timer.cancel();
  }
}
