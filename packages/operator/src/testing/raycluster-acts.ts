import { type Act, type Fate, podsOf, type State } from "@heliostat/controller/testing";
import { type Json, type KubeObject, PODS, type Pod, RESOURCE_QUOTAS } from "@heliostat/kube";
import {
  podNames,
  RAY_CLUSTERS,
  type RayCluster,
  type RayClusterSpec,
  type WorkerGroupSpec,
} from "@heliostat/ray";
import { aRayCluster, type RayClusterTraits } from "@heliostat/ray/testing";
import { isAlive, isWorker } from "./pod-facts.ts";

const NAMESPACE = "default";

/** A user creates a cluster. */
export function created(traits: RayClusterTraits, name = "c"): Act {
  const { apiVersion, kind, spec, metadata } = aRayCluster(traits);
  const { uid: _, ...rest } = metadata;
  const object = { apiVersion, kind, metadata: { ...rest, name, namespace: NAMESPACE }, spec };
  return { act: "create", resource: RAY_CLUSTERS, object };
}

/** A user deletes a cluster. */
export function deleted(name = "c"): Act {
  return { act: "delete", resource: RAY_CLUSTERS, on: { namespace: NAMESPACE, name } };
}

/** A user changes fields of the spec. */
export function edited(spec: Partial<RayClusterSpec>, name = "c"): Act {
  return {
    act: "patch",
    resource: RAY_CLUSTERS,
    on: { namespace: NAMESPACE, name },
    body: { spec } as unknown as Json,
  };
}

/** Another number of replicas in every group, everything else as it is. */
export function scaled(replicas: number): Act {
  return changed((cluster) => ({
    workerGroupSpecs: (cluster.spec.workerGroupSpecs ?? []).map((group) => ({ ...group, replicas })),
  }));
}

/** Other groups take the place of all groups. */
export function groups(workers: NonNullable<RayClusterTraits["workers"]>): Act {
  return edited({ workerGroupSpecs: aRayCluster({ workers }).spec.workerGroupSpecs ?? [] });
}

/** The last workers, so many, as Ray's autoscaler retires them; it may have lowered `replicas` before. */
export function retired(count: number, fewer: number = count): Act {
  return changed((cluster, state) => {
    const workers = podsOf(state).filter(isWorker).slice(-count);
    return {
      workerGroupSpecs: (cluster.spec.workerGroupSpecs ?? []).map((group) => ({
        ...group,
        replicas: (group.replicas ?? 0) - fewer,
        scaleStrategy: { workersToDelete: workers.map(({ metadata }) => metadata.name) },
      })),
    };
  });
}

/** One replica more, while the name that its pod would have is listed among those that are to go. */
export function forestalled(): Act {
  return changed((cluster, state) => ({
    workerGroupSpecs: (cluster.spec.workerGroupSpecs ?? []).map((group) => {
      const floor = cluster.status?.podNameFloors?.[group.groupName] ?? 0;
      const view = { cluster, group: group.groupName, pods: podsOf(state), floor };
      return {
        ...group,
        replicas: (group.replicas ?? 0) + 1,
        scaleStrategy: { workersToDelete: podNames({ ...view, count: 1 }) },
      };
    }),
  }));
}

/** Somebody computes the next spec from what there is. */
function changed(change: (cluster: RayCluster, state: State) => Partial<RayClusterSpec>, name = "c"): Act {
  return {
    act: "patch",
    resource: RAY_CLUSTERS,
    on: { namespace: NAMESPACE, name },
    body: (object, state) => ({ spec: change(object as RayCluster, state) }) as unknown as Json,
  };
}

/** The first pod that fits ends, as after an eviction. */
export function failed(which: (pod: Pod) => boolean): Act {
  const body = { status: { phase: "Failed", reason: "Evicted" } };
  return { act: "patch", resource: PODS, on: first(which), subresource: "status", body };
}

/** Somebody deletes the first pod that fits. */
export function gone(which: (pod: Pod) => boolean): Act {
  return { act: "delete", resource: PODS, on: first(which) };
}

function first(which: (pod: Pod) => boolean) {
  return (objects: readonly KubeObject[]): KubeObject | undefined => (objects as readonly Pod[]).find(which);
}

/** So many workers are alive at this moment. */
export function expectedWorkers(count: number): Act {
  return {
    act: "expect",
    what: `${count} workers`,
    holds: (state) => podsOf(state).filter((pod) => isWorker(pod) && isAlive(pod)).length === count,
  };
}

/** Somebody labels or annotates a cluster; the controller has no business with it. */
export function marked(metadata: Json, name = "c"): Act {
  return { act: "patch", resource: RAY_CLUSTERS, on: { namespace: NAMESPACE, name }, body: { metadata } };
}

/** The namespace has a quota of so many pods, of which none is there yet. */
export function quota(pods: number): readonly Act[] {
  const hard = { pods: String(pods) };
  const identity = { apiVersion: "v1", kind: "ResourceQuota", metadata: QUOTA } as const;
  return [
    { act: "create", resource: RESOURCE_QUOTAS, object: { ...identity, spec: { hard } } as KubeObject },
    quotaStatus({ hard, used: { pods: "0" } }),
  ];
}

/** The quota allows so many from now on. */
export function quotaOf(pods: number): readonly Act[] {
  const hard = { pods: String(pods) };
  const raised = { act: "patch", resource: RESOURCE_QUOTAS, on: QUOTA, body: { spec: { hard } } } as const;
  return [raised, quotaStatus({ hard })];
}

/** What is used the API counts itself as pods are made. */
function quotaStatus(status: Json): Act {
  return { act: "patch", resource: RESOURCE_QUOTAS, on: QUOTA, subresource: "status", body: { status } };
}

const QUOTA = { name: "pods", namespace: NAMESPACE };

/** What becomes of pods, or of jobs, with a label. */
export function fated(labels: Readonly<Record<string, string>>, becomes: Fate["becomes"]): Act {
  return { act: "fate", fate: { labels, becomes } };
}

/** The containers of the head's template, with another environment: a change that needs new pods. */
export function withEnvironment(value: string): Act {
  return changed(({ spec: { headGroupSpec, workerGroupSpecs = [] } }) => ({
    headGroupSpec: { ...headGroupSpec, template: templateWith(headGroupSpec.template, value) },
    workerGroupSpecs: workerGroupSpecs.map((group) => ({
      ...group,
      template: templateWith(group.template, value),
    })),
  }));
}

/** The same for the workers alone. */
export function withWorkerEnvironment(value: string): Act {
  return changed(({ spec: { workerGroupSpecs = [] } }) => ({
    workerGroupSpecs: workerGroupSpecs.map((group) => ({
      ...group,
      template: templateWith(group.template, value),
    })),
  }));
}

function templateWith(template: WorkerGroupSpec["template"], value: string): WorkerGroupSpec["template"] {
  const [container, ...others] = template.spec?.containers ?? [];
  if (!container) return template;
  const env = [{ name: "GENERATION", value }];
  return { ...template, spec: { ...template.spec, containers: [{ ...container, env }, ...others] } };
}
