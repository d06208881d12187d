import type { Clock } from "@heliostat/kube";
import { IdentityError } from "./port.ts";

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Who is waited for, in messages. */
  readonly of: string;
}

/**
 * The answer of `ask`, if it comes in time; its signal aborts when time is up.
 *
 * @throws IdentityError `Unavailable` when it does not come, whatever the trouble
 */
export async function withinDeadline<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { clock, deadlineMs, of }: DeadlineOptions,
): Promise<T> {
  const controller = new AbortController();
  let giveUp: (error: IdentityError) => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const timer = clock.after(deadlineMs, () => {
    controller.abort();
    giveUp(new IdentityError("Unavailable", `Cannot ask ${of}: no answer within ${deadlineMs} ms`));
  });
  try {
    return await Promise.race([ask(controller.signal), late]);
  } catch (cause) {
    if (cause instanceof IdentityError) throw cause;
    throw new IdentityError("Unavailable", `Cannot ask ${of}: it cannot be reached`, { cause });
  } finally {
    timer.cancel();
  }
}
