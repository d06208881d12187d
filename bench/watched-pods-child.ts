import { type KubeReader, type ObjectList, PODS, type Pod } from "@heliostat/kube";
import { OPERATOR_PROJECTIONS } from "@heliostat/operator";
import { startInformer } from "@heliostat/watch-cache";
import { storedPod } from "./stored-pod.ts";

/* `watched-pods-child.ts MODE COUNT`: fill an informer with pods as JSON from a server, and say what that took. */

const [mode, count] = [process.argv[2], Number(process.argv[3])];
const CLOCK = { now: () => Date.now(), after: () => ({ cancel: () => {} }) };
const RANDOM = { uuid: () => "", fraction: () => 0 };

/** What the operator looks at in a pod. */
const projected = OPERATOR_PROJECTIONS.find(({ resource }) => resource === PODS)?.transform;

const reader = {
  list: (_: unknown, { limit = 500, continueToken = "0" }: { limit?: number; continueToken?: string }) => {
    const start = Number(continueToken);
    const end = Math.min(start + limit, count);
    // As it comes over the wire: no text of one pod is a text of another.
    const items = Array.from(
      { length: end - start },
      (_, index) => JSON.parse(storedPod(start + index)) as Pod,
    );
    const page: ObjectList<Pod> = {
      items,
      resourceVersion: "1",
      ...(end < count && { continueToken: String(end) }),
    };
    return Promise.resolve(page);
  },
  watch: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
} as unknown as KubeReader;

const abort = new AbortController();
const before = heapBytes();
const cpuBefore = process.cpuUsage();
const informer = startInformer<Pod>(reader, PODS, {
  clock: CLOCK,
  random: RANDOM,
  signal: abort.signal,
  ...(mode === "projected" && projected && { transform: (pod: Pod) => projected(pod) as Pod }),
});
await informer.hasSynced;
const { user, system } = process.cpuUsage(cpuBefore);
const after = heapBytes();
const start = performance.now();
const listed = informer.list().length;
process.stdout.write(
  JSON.stringify({
    heapKib: (after - before) / count / 1024,
    cpuUs: (user + system) / count,
    listMs: performance.now() - start,
    listed,
  }),
);
process.exit(0);

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
