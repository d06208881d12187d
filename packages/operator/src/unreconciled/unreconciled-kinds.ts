import { DONE, type Reconciler } from "@heliostat/controller";
import { isTerminating, type Resource } from "@heliostat/kube";
import { EVENT_ACTION, EVENT_REASON, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";

/** Kinds of Ray that are stored and that no reconciler of ours looks after. */
const KINDS = [RAY_JOBS, RAY_SERVICES, RAY_CRON_JOBS] as unknown as readonly Resource[];

/** Says on every object of these kinds that nothing will come of it, so that nobody waits. For a cluster without another operator. */
export function unreconciledKinds(): readonly Reconciler[] {
  return KINDS.map((resource) => ({
    name: `${resource.kind.toLowerCase()}-controller`,
    resource,
    watches: [],
    // Nothing that happens to it later makes a difference.
    isRelevant: ({ before }) => before === undefined,
    async reconcile(key, { caches, events }) {
      const object = caches.of(resource).get(key);
      const note = unreconciledNote(resource);
      if (object && !isTerminating(object) && note !== undefined) {
        const { unreconciledKind: reason } = EVENT_REASON;
        events.record(object, { type: "Warning", reason, action: EVENT_ACTION.validate, note });
      }
      return DONE;
    },
  }));
}

/** What to know about objects of a kind that nothing comes of; `undefined` for all other kinds. */
export function unreconciledNote({ group, kind }: Resource): string | undefined {
  const isUnreconciled = KINDS.some((each) => each.group === group && each.kind === kind);
  if (!isUnreconciled) return undefined;
  return `stored, but nothing runs a ${kind} here yet: make a RayCluster, and submit jobs or deploy Serve applications to it`;
}
