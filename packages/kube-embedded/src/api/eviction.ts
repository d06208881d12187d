import {
  type DeleteOptions,
  type Eviction,
  isConditionTrue,
  isTerminating,
  type Json,
  KubeError,
  matchesLabels,
  type Pod,
  type PodDisruptionBudget,
  requirementsOf,
  timestamp,
} from "@heliostat/kube";
import { storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import type { WriteRequest } from "./create.ts";
import { deleteObject } from "./delete.ts";
import type { Target } from "./kube-api.ts";
import { forbidden } from "./refusals.ts";

const BUDGETS = {
  storageKey: "policy/poddisruptionbudgets",
  group: "policy",
  plural: "poddisruptionbudgets",
};
const MOST_DISRUPTED = 2000;
const RETRY_AFTER_SECONDS = 10;

/**
 * Delete a pod unless a disruption budget stands against that (Kubernetes: `pods/eviction`). What a budget allows is
 * taken from it in the same breath: two callers never get the same allowance.
 *
 * @throws KubeError `TooManyRequests` with the cause `DisruptionBudget`
 */
export function evict(
  ground: ApiGround,
  target: Target,
  { eviction, caller }: { readonly eviction: Partial<Eviction>; readonly caller: WriteRequest["caller"] },
): void {
  const pod = storedAt(ground, target).object as Pod;
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
  const isDryRun = caller.isDryRun || isDryRunAsked(eviction.deleteOptions as Json | undefined);
  const budget = needsNoLeave(pod) ? undefined : budgetOf(ground, pod);
  if (budget && !isFreeToGo(pod, budget)) {
    assertAllowance(budget);
    if (!isDryRun) spend(ground, pod, budget);
  }
  deleteObject(ground, target, { options, caller: { ...caller, isDryRun } });
}

/** The one budget that protects the pod, if any does. @throws KubeError `Internal` when there are several */
function budgetOf({ store }: ApiGround, { metadata }: Pod): PodDisruptionBudget | undefined {
  const stored = [...store.newestBelow(BUDGETS.storageKey, `${metadata.namespace}/`)];
  const budgets = stored
    .map(({ object }) => object as PodDisruptionBudget)
    .filter(({ spec }) => spec?.selector && matchesLabels(requirementsOf(spec.selector), metadata.labels));
  if (budgets.length <= 1) return budgets[0];
  throw new KubeError(
    "Internal",
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
  );
}

/** Whatever has ended, or is about to, is no disruption. */
function needsNoLeave(pod: Pod): boolean {
  const phase = pod.status?.phase ?? "Pending";
  return phase !== "Running" || isTerminating(pod);
}

/** A pod that does not serve may go when the others are enough, or whenever the budget says so. */
function isFreeToGo({ status }: Pod, { spec, status: budget = {} }: PodDisruptionBudget): boolean {
  if (isConditionTrue(status?.conditions, "Ready")) return false;
  if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget;
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
}

function spend({ store, clock }: ApiGround, pod: Pod, budget: PodDisruptionBudget): void {
  const { status = {}, metadata } = budget;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: timestamp(clock.now()) };
  const disruptionsAllowed = (status.disruptionsAllowed ?? 0) - 1;
  const address = { storageKey: BUDGETS.storageKey, key: `${metadata.namespace}/${metadata.name}` };
  const next = { ...budget, status: { ...status, disruptionsAllowed, disruptedPods } };
  store.put(address, next as PodDisruptionBudget, store.get(address)?.revision);
}

function assertAllowance({ metadata, status = {} }: PodDisruptionBudget): void {
  const { disruptionsAllowed = 0, disruptedPods = {}, desiredHealthy = 0, currentHealthy = 0 } = status;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    const message = `The disruption budget ${metadata.name} is still being processed by the server.`;
    throw refusal(message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
  if (disruptionsAllowed < 0) throw forbidden(BUDGETS, metadata.name, "pdb disruptions allowed is negative");
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED) {
    throw forbidden(
      BUDGETS,
      metadata.name,
      "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
    );
  }
  if (disruptionsAllowed > 0) return;
  throw refusal(
    `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

/** No word on when to try again, where nobody knows: clients would wait that long many times over by themselves. */
function refusal(message: string, more: { readonly retryAfterSeconds?: number } = {}): KubeError {
  return new KubeError(
    "TooManyRequests",
    "Cannot evict pod as it would violate the pod's disruption budget.",
    { causes: [{ reason: "DisruptionBudget", message, field: "" }], ...more },
  );
}

function isDryRunAsked(options: Json | undefined): boolean {
  const { dryRun = [] } = (options ?? {}) as { readonly dryRun?: readonly string[] };
  return dryRun.includes("All");
}
