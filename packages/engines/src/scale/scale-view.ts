import type { JsonPatchOperation, KubeObject, ObjectName, Resource } from "@heliostat/kube";

/** Who else writes the number of workers. */
export type Writer = "none" | "hpa" | "ray-autoscaler" | "dask-autoscaler";

/** What scaling needs to know of a cluster, whatever its kind. */
export interface ScaleView {
  readonly cluster: ObjectRef;
  readonly annotations: Annotations;
  /** At least one. */
  readonly groups: readonly WorkerGroup[];
  readonly writer: Writer;
  /** What the caller should know in any case, for example of a defect of the cluster's own operator. */
  readonly warnings: readonly ScaleWarning[];
}

export type Annotations = Readonly<Record<string, string>>;

/** One very object in one state: the precondition of every write. */
export interface ObjectRef {
  readonly resource: Resource;
  readonly name: ObjectName;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Workers that are alike, and where their numbers stand. */
export interface WorkerGroup {
  readonly name: string;
  /** What the spec asks for now. */
  readonly replicas: number;
  /** JSON pointer of it; absent where nothing would read it. */
  readonly replicasAt?: string;
  /** True of the object as it was read, and false when the pointers have come to mean another group. */
  readonly guards: readonly JsonPatchOperation[];
  /** Between which bounds somebody else moves it. */
  readonly bounds?: Bounds;
}

/** A floor and a ceiling, and where they stand. */
export interface Bounds {
  readonly min: number;
  /** `undefined` when the object says none or nonsense. */
  readonly max: number | undefined;
  /** What the ceiling was before a pin; absent while nothing is pinned. */
  readonly ceilingBeforePin?: number;
  readonly minAt: string;
  readonly maxAt: string;
  /** The lowest floor that the object's own rules allow: 1 under a HorizontalPodAutoscaler, which 0 replicas pause. */
  readonly lowestMin: number;
  /** Whether fewer replicas than the floor are raised to it by the cluster's operator. */
  readonly raisesReplicas: boolean;
  /** Whether an autoscaler lets workers go by itself once they are idle. */
  readonly retiresIdleWorkers: boolean;
  /** The object that they stand in, where it is not the cluster. */
  readonly in?: ObjectRef & { readonly annotations: Annotations };
}

/** Something that is not wrong, and that the caller should know. */
export interface ScaleWarning {
  /** Stable, for programs. */
  readonly code:
    | "autoscaling_paused"
    | "autoscaler_may_change_replicas"
    | "below_minimum"
    | "raised_to_minimum"
    | "several_worker_groups"
    | "shrinks_when_idle"
    | "applies_to_new_pods";
  /** For people. */
  readonly message: string;
}

/** @throws Error for an object that no API has stored */
export function objectRef(resource: Resource, { metadata }: KubeObject): ObjectRef {
  const { name, namespace, uid, resourceVersion } = metadata;
  if (uid === undefined || resourceVersion === undefined)
    throw new Error(`Cannot refer to ${resource.kind} ${name}: it is not stored`);
  return { resource, name: namespace === undefined ? { name } : { name, namespace }, uid, resourceVersion };
}
