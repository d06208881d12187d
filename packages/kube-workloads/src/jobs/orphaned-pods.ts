import { carryOut, DONE, type Reconciler, resultOf, watching } from "@heliostat/controller";
import { controllerOf, JOBS, keyOf, nameOf, PODS, type Pod } from "@heliostat/kube";
import type { Index } from "@heliostat/watch-cache";
import { isTracked, untrack } from "./tracking.ts";

/** Pods that a job holds back, by the uid of the job. */
const BY_JOB: Index<Pod> = {
  name: "job of tracked pod",
  valuesOf: (pod) => (isTracked(pod) ? [controllerOf(pod)?.uid ?? ""] : []),
};

/** Lets pods go whose job is there no longer: nobody will ever count them. */
export function orphanedJobPods(): Reconciler<Pod> {
  return {
    name: "job-orphan-controller",
    resource: PODS,
    isRelevant: ({ after }) => after !== undefined && isTracked(after),
    watches: [
      watching(JOBS, ({ metadata: { uid = "" } }, { isGone, caches }) =>
        isGone
          ? caches
              .of(PODS)
              .byIndex(BY_JOB, uid)
              .map((pod) => keyOf(nameOf(pod)))
          : [],
      ),
    ],
    async reconcile(key, context) {
      const { caches } = context;
      const pod = caches.of(PODS).get(key);
      if (!pod || !isTracked(pod)) return DONE;
      const owner = controllerOf(pod);
      const { namespace = "" } = pod.metadata;
      const job = owner && caches.of(JOBS).get(keyOf({ namespace, name: owner.name }));
      if (job && job.metadata.uid === owner.uid) return DONE;
      const plan = { actions: [untrack(pod, "its job is gone")] };
      return resultOf(plan, await carryOut(plan, pod, context));
    },
  };
}
