import { type Clock, type KubeObject, keyOf, nameOf, type Random, sleep, type WatchEvent } from "@heliostat/kube";

/** What becomes of an event. */
export type EventVerdict =
  | "repeat"
  /** It and all that follows of its resource comes seconds later, behind what other resources have to tell. */
  | "delay"
  /** It is lost, and the stream says that it has forgotten (410). */
  | "forget"
  /** The stream ends before it. */
  | "cut"
  /** The object's next event comes in its place. */
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
/** What is skipped comes after all, when nothing has taken its place so long. */
const SKIP_MS = 4000;

/** The events of a watch as they reach a process, one after the other, each after its time on the way. */
export async function* disturbed<T extends KubeObject>(
  source: AsyncIterable<WatchEvent<T>>,
  { clock, random, judge, signal }: Disturbance,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const event of withoutSkipped(source, { clock, random, judge, ...(signal && { signal }) })) {
    await sleep(clock, random.fraction() * LATENCY_MS, signal);
    if (!("object" in event)) {
      yield event;
      continue;
    }
    switch (event.verdict) {
      case "cut":
        return;
      case "forget":
        yield { type: "ERROR", code: 410, message: "too old resource version" };
        return;
      case "delay":
        await sleep(clock, DELAY_MS, signal);
        break;
      case "repeat":
        yield event;
        break;
      default:
        break;
    }
    yield event;
  }
}

type Judged<T extends KubeObject> = WatchEvent<T> & { readonly verdict?: EventVerdict | undefined };

async function* withoutSkipped<T extends KubeObject>(
  source: AsyncIterable<WatchEvent<T>>,
  { clock, judge, signal }: Disturbance,
): AsyncGenerator<Judged<T>, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let held: (WatchEvent<T> & { readonly object: T }) | undefined;
  try {
    for (;;) {
      const next = iterator.next();
      if (held && (await isFirst(sleep(clock, SKIP_MS, signal), next))) {
        yield held;
        held = undefined;
      }
      const { done, value } = await next;
      if (done) return;
      if (!("object" in value)) {
        yield value;
        continue;
      }
      if (held && keyOf(nameOf(held.object)) === keyOf(nameOf(value.object))) held = undefined;
      const verdict = judge(value.object);
      if (verdict === "skip") held = value;
      else yield { ...value, verdict };
    }
  } finally {
    await iterator.return?.();
  }
}

async function isFirst(left: Promise<unknown>, right: Promise<unknown>): Promise<boolean> {
  const settled = right.then(
    () => false,
    () => false,
  );
  return Promise.race([left.then(() => true), settled]);
}
