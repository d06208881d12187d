import type { Caches } from "@heliostat/controller";
import {
  CONTROLLER_REVISIONS,
  type ControllerRevision,
  isControlledBy,
  PERSISTENT_VOLUME_CLAIMS,
  type PersistentVolumeClaim,
  PODS,
  type Pod,
  STATEFUL_SETS,
  type StatefulSet,
} from "@heliostat/kube";
import { BY_NAMESPACE } from "@heliostat/watch-cache";
import { candidatesFor, planClaims } from "../pods/claims.ts";
import { claimsOf, ordinalOf, ordinalsOf } from "./identity.ts";

/** A StatefulSet, its pods and what belongs to them. */
export interface StatefulSetView {
  readonly set: StatefulSet;
  /** Those that it controls, and those that nobody does. */
  readonly candidates: readonly Pod[];
  /** Its templates, past and present, in the order of their numbers. */
  readonly revisions: readonly ControllerRevision[];
  /** The claims of its namespace, by name. */
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly nowMs: number;
}

export function viewStatefulSet(key: string, caches: Caches, nowMs: number): StatefulSetView | undefined {
  const set = caches.of(STATEFUL_SETS).get(key);
  if (!set) return undefined;
  const { namespace = "" } = set.metadata;
  const claims =
    (set.spec?.volumeClaimTemplates ?? []).length === 0
      ? []
      : caches.of(PERSISTENT_VOLUME_CLAIMS).byIndex(BY_NAMESPACE, namespace);
  return {
    set,
    candidates: candidatesFor(set, caches.of(PODS)),
    revisions: candidatesFor(set, caches.of(CONTROLLER_REVISIONS))
      .filter((revision) => isControlledBy(revision, set))
      .toSorted((left, right) => left.revision - right.revision),
    claims: new Map(claims.map((claim) => [claim.metadata.name, claim])),
    nowMs,
  };
}

/** A pod that the set has, under its number. */
export interface NumberedPod {
  readonly ordinal: number;
  readonly pod: Pod;
}

/** The set's own pods in the order of their numbers. */
export function podsOf({ set, candidates }: StatefulSetView): readonly NumberedPod[] {
  return planClaims(set, candidates, PODS)
    .claimed.flatMap((pod) => {
      const ordinal = ordinalOf(pod, set);
      return ordinal === undefined ? [] : [{ ordinal, pod }];
    })
    .sort((left, right) => left.ordinal - right.ordinal);
}

/** Whether the set wants a pod of this number. */
export function isWanted(set: StatefulSet, ordinal: number): boolean {
  return ordinalsOf(set).includes(ordinal);
}

/** The claims that a pod of this number still lacks. */
export function missingClaims(
  { set, claims }: StatefulSetView,
  ordinal: number,
): readonly PersistentVolumeClaim[] {
  return claimsOf(set, ordinal).filter(({ metadata }) => !claims.has(metadata.name));
}
