import { type Action, create, type Plan, patch, remove } from "@heliostat/controller";
import {
  CONTROLLER_REVISIONS,
  isTerminating,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Pod,
  type StatefulSet,
} from "@heliostat/kube";
import { planClaims } from "../pods/claims.ts";
import { hasEnded, isAvailable, nextAvailableInMs } from "../pods/pod-state.ts";
import { claimsOf, ordinalsOf, REVISION_LABEL, statefulPod } from "./identity.ts";
import { type Revisions, revisionsOf, templateOf } from "./revisions.ts";
import { isWanted, missingClaims, type NumberedPod, podsOf, type StatefulSetView } from "./view.ts";

/** One step of a set: revisions, then the pods it lacks, then those it has too many of, then an update of the others. */
export function planStatefulSet(view: StatefulSetView): Plan {
  const { set, candidates, nowMs } = view;
  if (isTerminating(set)) return { actions: [] };
  const revisions = revisionsOf(set, view.revisions);
  const pods = podsOf(view);
  const { minReadySeconds = 0 } = set.spec ?? {};
  const waitMs = nextAvailableInMs(
    pods.map(({ pod }) => pod),
    { minReadySeconds, nowMs },
  );
  return {
    actions: [
      ...planClaims(set, candidates, PODS).actions,
      ...planRevisions(view, revisions, pods),
      ...planPods(view, revisions, pods),
      ...planUnusedClaims(view, pods),
    ],
    ...(waitMs !== undefined && { checkAgainAfterMs: waitMs }),
  };
}

function planRevisions(
  { set, revisions: known }: StatefulSetView,
  { current, update, isUpdateNew, isUpdateRenumbered }: Revisions,
  pods: readonly NumberedPod[],
): readonly Action[] {
  const why = "it is the set's present template";
  const limit = set.spec?.revisionHistoryLimit ?? 10;
  const used = new Set([
    current.metadata.name,
    update.metadata.name,
    ...pods.map(({ pod }) => revisionOf(pod)),
  ]);
  const unused = known.filter(({ metadata }) => !used.has(metadata.name));
  const body = { revision: update.revision };
  return [
    ...(isUpdateNew ? [create(CONTROLLER_REVISIONS, update, { why })] : []),
    ...(isUpdateRenumbered
      ? [patch(CONTROLLER_REVISIONS, update, { patch: { type: "merge", body }, why })]
      : []),
    ...unused
      .slice(0, Math.max(0, unused.length - limit))
      .map((each) => remove(CONTROLLER_REVISIONS, each, { why: `only ${limit} old revisions are kept` })),
  ];
}

/** The first number at which there is something to do or to wait for holds back all that follow, unless in parallel. */
function planPods(
  view: StatefulSetView,
  revisions: Revisions,
  pods: readonly NumberedPod[],
): readonly Action[] {
  const { set } = view;
  const steps = [
    ...ordinalsOf(set).map((ordinal) => stepUp(view, revisions, { ordinal, pods })),
    ...condemnedOf(set, pods).map(({ pod }) => stepDown(view, pod, pods)),
  ];
  const isParallel = set.spec?.podManagementPolicy === "Parallel";
  const blocking = steps.findIndex((step) => step !== "fine");
  if (blocking < 0) return planUpdate(view, revisions, pods);
  const taken = isParallel ? steps : steps.slice(0, blocking + 1);
  const actions = taken.flatMap((step) => (typeof step === "string" ? [] : step));
  return actions.length === 0 && isParallel ? planUpdate(view, revisions, pods) : actions;
}

/** What a number needs: nothing, something to be done, or time. */
type Step = "fine" | "wait" | readonly Action[];

function stepUp(
  view: StatefulSetView,
  revisions: Revisions,
  { ordinal, pods }: { readonly ordinal: number; readonly pods: readonly NumberedPod[] },
): Step {
  const pod = pods.find((each) => each.ordinal === ordinal)?.pod;
  if (!pod) return createPod(view, revisions, ordinal);
  if (isTerminating(pod)) return "wait";
  if (hasEnded(pod)) return [deletePod(pod, `pod has ended in phase ${pod.status?.phase}`)];
  return isHealthy(view, pod) ? "fine" : "wait";
}

/** Surplus pods go one by one from the highest number on, each when the others are well. */
function stepDown(view: StatefulSetView, pod: Pod, pods: readonly NumberedPod[]): Step {
  if (isTerminating(pod)) return "wait";
  const ailing = pods.find((each) => !isHealthy(view, each.pod));
  const isOrdered = view.set.spec?.podManagementPolicy !== "Parallel";
  if (isOrdered && ailing && ailing.pod !== pod && !isHealthy(view, pod)) return "wait";
  return [deletePod(pod, `${view.set.spec?.replicas ?? 1} replicas are wanted`)];
}

function condemnedOf(set: StatefulSet, pods: readonly NumberedPod[]): readonly NumberedPod[] {
  return pods.filter(({ ordinal }) => !isWanted(set, ordinal)).reverse();
}

/** From the highest number down to the partition, one pod after the other (Kubernetes: rolling update). */
function planUpdate(
  view: StatefulSetView,
  { update }: Revisions,
  pods: readonly NumberedPod[],
): readonly Action[] {
  const { type, rollingUpdate } = view.set.spec?.updateStrategy ?? {};
  if (type === "OnDelete") return [];
  const first = (view.set.spec?.ordinals?.start ?? 0) + (rollingUpdate?.partition ?? 0);
  for (const { ordinal, pod } of [...pods].reverse()) {
    if (ordinal < first) return [];
    const isOld = revisionOf(pod) !== update.metadata.name;
    if (isOld && !isTerminating(pod))
      return [deletePod(pod, `it is not of revision ${update.metadata.name}`)];
    if (!isHealthy(view, pod)) return [];
  }
  return [];
}

function isHealthy({ set, nowMs }: StatefulSetView, pod: Pod): boolean {
  return !isTerminating(pod) && isAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
}

export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? "";
}

function createPod(view: StatefulSetView, revisions: Revisions, ordinal: number): readonly Action[] {
  const { set } = view;
  const event = { action: "Create", onSuccess: "SuccessfulCreate", onFailure: "FailedCreate" };
  const why = `${set.spec?.replicas ?? 1} replicas are wanted`;
  const revision = revisionFor(set, revisions, ordinal);
  const identity = { template: templateOf(revision), revision: revision.metadata.name };
  return [
    ...missingClaims(view, ordinal).map((claim) => create(PERSISTENT_VOLUME_CLAIMS, claim, { why, event })),
    create(PODS, statefulPod(set, ordinal, identity), { why, event }),
  ];
}

/** What an update has not reached yet comes back as it was. */
function revisionFor(
  { spec, status }: StatefulSet,
  { current, update }: Revisions,
  ordinal: number,
): Revisions["update"] {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  const index = ordinal - (spec?.ordinals?.start ?? 0);
  if (type === "OnDelete" || current.metadata.name === update.metadata.name) return update;
  const untouched = rollingUpdate?.partition || (status?.currentReplicas ?? 0);
  return index < untouched ? current : update;
}

/** Claims of numbers that are no longer wanted go when the set says so, after their pods. */
function planUnusedClaims(view: StatefulSetView, pods: readonly NumberedPod[]): readonly Action[] {
  const { set, claims } = view;
  if (set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Delete") return [];
  const kept = new Set(
    [...ordinalsOf(set), ...pods.map(({ ordinal }) => ordinal)].flatMap((ordinal) =>
      claimsOf(set, ordinal).map(({ metadata }) => metadata.name),
    ),
  );
  const prefixes = claimsOf(set, 0).map(({ metadata }) => metadata.name.slice(0, -1));
  return [...claims.values()]
    .filter(
      ({ metadata: { name } }) => !kept.has(name) && prefixes.some((prefix) => isNumbered(name, prefix)),
    )
    .map((claim) => remove(PERSISTENT_VOLUME_CLAIMS, claim, { why: "the set was scaled below its number" }));
}

function isNumbered(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length));
}

function deletePod(pod: Pod, why: string): Action {
  const event = { action: "Delete", onSuccess: "SuccessfulDelete", onFailure: "FailedDelete" };
  return remove(PODS, pod, { why, event });
}
