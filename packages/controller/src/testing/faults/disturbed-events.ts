import {
  type Clock,
  type KubeObject,
  keyOf,
  nameOf,
  type Random,
  sleep,
  type WatchEvent,
} from "@heliostat/kube";

/** What becomes of an event. */
export type EventVerdict =
  | "repeat"
  /** It and all that follows of its resource comes seconds later, behind what other resources have to tell. */
  | "delay"
  /** It is lost, and the stream says that it has forgotten (410). */
  | "forget"
  /** The stream ends before it. */
  | "cut"
  /** It is never seen: the next list shows what the object's next event has made of it. */
  | "skip";

interface Disturbance {
  readonly clock: Clock;
  readonly random: Random;
  readonly judge: (object: KubeObject) => EventVerdict | undefined;
  readonly signal?: AbortSignal;
}

/** Longest way to the API, there or back. */
export const LATENCY_MS = 5;
const DELAY_MS = 3000;
/** What is skipped without anything to take its place is told of after all. */
const SKIP_MS = 4000;

/** The events of a watch as they reach a process, one after the other, each after its time on the way. */
export async function* disturbed<T extends KubeObject>(
  source: AsyncIterable<WatchEvent<T>>,
  { clock, random, judge, signal }: Disturbance,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      await sleep(clock, random.fraction() * LATENCY_MS, signal);
      const verdict = "object" in value ? judge(value.object) : undefined;
      switch (verdict) {
        case "cut":
          return;
        case "skip":
          if ("object" in value) await untilOvertaken(value.object, iterator, sleep(clock, SKIP_MS, signal));
          yield FORGOTTEN;
          return;
        case "forget":
          yield FORGOTTEN;
          return;
        case "delay":
          await sleep(clock, DELAY_MS, signal);
          yield value;
          break;
        case "repeat":
          yield value;
          yield value;
          break;
        default:
          yield value;
      }
    }
  } finally {
    // Whoever has heard that the stream is over does not wait for what it would have brought next.
    void iterator.return?.();
  }
}

const FORGOTTEN = { type: "ERROR", code: 410, message: "too old resource version" } as const;

/** Until the object has another event, which the process will find in a list; or until `deadline`. */
async function untilOvertaken<T extends KubeObject>(
  object: T,
  events: AsyncIterator<WatchEvent<T>>,
  deadline: Promise<unknown>,
): Promise<void> {
  for (;;) {
    const next = events.next();
    if (await isFirst(deadline, next)) return;
    const { done, value } = await next;
    if (done || ("object" in value && isSameKey(object, value.object))) return;
  }
}

function isSameKey(left: KubeObject, right: KubeObject): boolean {
  return keyOf(nameOf(left)) === keyOf(nameOf(right));
}

async function isFirst(left: Promise<unknown>, right: Promise<unknown>): Promise<boolean> {
  const settled = right.then(
    () => false,
    () => false,
  );
  return Promise.race([left.then(() => true), settled]);
}
