import type { KubeObject, Resource } from "@heliostat/kube";
import type { ScaleView } from "../scale/scale-view.ts";

export type Engine = "ray" | "dask" | "spark" | "mpi";

/** Which role of a cluster. Every engine has workers; MPI has no head. */
export type Role = "head" | "worker";

/** All that is known of one kind of cluster. Pure: objects in, data out. */
export interface KindDriver {
  readonly resource: Resource;
  readonly engine: Engine;
  /** Other kinds whose objects decide about this one's, by what they are to it. */
  readonly related: readonly RelatedKind[];
  /** Whether old routes want `spec.autoscaling` before they scale (Domino's rule). */
  readonly needsAutoscaling: boolean;
  scaleView(object: KubeObject, related: RelatedObjects): ScaleView;
  /** Labels by which the pods of a role are found; `undefined` where there is no such role. Never a name. */
  podLabels(object: KubeObject, role: Role, group?: string): Readonly<Record<string, string>> | undefined;
  /** The name that the StatefulSet of a role would have; the cluster's own where its pods have no such owner. */
  setName(object: KubeObject, role: Role): string;
  /** Annotations of the role's pods, where a change of them has its operator roll the pods; `undefined` elsewhere. */
  rollPlace(object: KubeObject, role: Role): PlacedValue<Readonly<Record<string, string>>> | undefined;
  /** Where a hardware tier is written; `undefined` where it cannot be. */
  tierPlace(object: KubeObject, role: Role, group?: string): TierPlace | undefined;
}

export interface RelatedKind {
  readonly resource: Resource;
  /** Whether `candidate` belongs to the cluster. */
  isRelated(candidate: KubeObject, cluster: KubeObject): boolean;
}

/** Related objects by the plural of their kind. */
export type RelatedObjects = Readonly<Record<string, readonly KubeObject[]>>;

/** The parts of an object that a hardware tier replaces. */
export interface TierPlace {
  readonly labels?: PlacedValue<Readonly<Record<string, string>>>;
  readonly nodeSelector: PlacedValue<Readonly<Record<string, string>>>;
  readonly resources: PlacedValue<Resources>;
  /** Spark's memory of a worker, beside its container's. */
  readonly workerMemory?: PlacedValue<string>;
  /** Objects on the way that must be made first, outermost first. */
  readonly missing: readonly string[];
  /** Whether pods that run already go on as they are. */
  readonly keepsRunningPods: boolean;
}

/** A part of an object, and where it stands. */
export interface PlacedValue<T> {
  /** JSON pointer. */
  readonly at: string;
  readonly value: T | undefined;
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly [other: string]: unknown;
}
