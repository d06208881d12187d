import {
  type HardwareTier,
  isScaleRefusal,
  planScale,
  preconditions,
  type Role,
  type ScaleMode,
  type ScalePlan,
  type ScaleWarning,
  type TierReference,
  tierOperations,
} from "@heliostat/engines";
import { type JsonPatchOperation, type KubeObject, timestamp } from "@heliostat/kube";
import { ScalerError } from "../answers/answer.ts";
import type { Cluster } from "../clusters/directory.ts";
import { wantedTier } from "../tiers/wanted-tier.ts";
import { ANNOTATION, EVENT_REASON } from "../vocabulary.ts";
import type { ClusterState } from "../writes/cluster-writer.ts";
import type { Call, Ground } from "./operation.ts";
import { progressToken } from "./progress-token.ts";

/** What a route makes of a request to scale. */
export interface ScaleWish {
  readonly replicas: number;
  readonly mode: ScaleMode;
  readonly group?: string;
  readonly raisesCeiling?: boolean;
  readonly takesOver?: boolean;
  readonly isDryRun?: boolean;
  readonly workerTier?: TierReference | undefined;
  readonly headTier?: TierReference | undefined;
}

export interface Scaled {
  readonly plan: ScalePlan;
  readonly object: KubeObject;
  readonly warnings: readonly ScaleWarning[];
  readonly workerTier?: HardwareTier;
  readonly headTier?: HardwareTier;
  readonly token: string;
}

/**
 * Scale one cluster, and leave a trace of it: an event, and an annotation that says who, when, from what to what.
 *
 * @throws ScalerError, KubeError
 */
export async function scaleCluster({ call, ground, cluster }: Reached, wish: ScaleWish): Promise<Scaled> {
  if (call.route.surface !== "v1") assertScalable(cluster.driver.needsAutoscaling, cluster.object);
  const tiers = await tiersOf({ call, ground, cluster }, wish);
  const by = { who: nameOf(call), nowMs: ground.clock.now() };
  const decide = (state: ClusterState): Decided => {
    if (call.route.surface !== "v1") assertScalable(cluster.driver.needsAutoscaling, state.object);
    return decided({ cluster, state, wish, tiers, by, limit: ground.settings.maxReplicas });
  };
  const isDryRun = wish.isDryRun === true;
  const { decision, after, before } = await ground.writer.change(cluster, decide, { isDryRun });
  const { plan, warnings } = decision;
  const kind = cluster.driver.resource.plural;
  if (!isDryRun) {
    ground.onScaled({ kind, mode: plan.mode, isCapped: plan.isCapped });
    if (after !== before) ground.audit.tell(after, wordsOf(plan, by.who));
  }
  return { plan, object: after, warnings, ...tiers, token: progressToken(after, plan) };
}

export interface Reached {
  readonly call: Call;
  readonly ground: Ground;
  readonly cluster: Cluster;
}

interface Tiers {
  readonly workerTier?: HardwareTier;
  readonly headTier?: HardwareTier;
}

interface Decided {
  readonly plan: ScalePlan;
  readonly warnings: readonly ScaleWarning[];
  readonly writes: ScalePlan["writes"];
}

/** Who did it, for the trace. Whatever a name is made of, it stays on one line. */
export function nameOf({ caller }: Call): string {
  return (caller?.name ?? "").replace(/[\p{Cc}\u2028\u2029]/gu, "?").slice(0, 253);
}

function assertScalable(needsAutoscaling: boolean, object: KubeObject): void {
  const { autoscaling } = (object as { readonly spec?: { readonly autoscaling?: unknown } }).spec ?? {};
  if (
    !needsAutoscaling ||
    (typeof autoscaling === "object" && autoscaling !== null && !Array.isArray(autoscaling))
  )
    return;
  const message = "Cannot scale this cluster: autoscaling not enabled";
  throw new ScalerError("not_scalable", message, { status: 409 });
}

async function tiersOf({ call, ground, cluster }: Reached, wish: ScaleWish): Promise<Tiers> {
  const { credentials } = call;
  const tier = (reference: TierReference) =>
    wantedTier(ground.tiers, { reference, driver: cluster.driver, credentials });
  return {
    ...(wish.workerTier && { workerTier: await tier(wish.workerTier) }),
    ...(wish.headTier && { headTier: await tier(wish.headTier) }),
  };
}

interface Deciding {
  readonly cluster: Cluster;
  readonly state: ClusterState;
  readonly wish: ScaleWish;
  readonly tiers: Tiers;
  readonly by: { readonly who: string; readonly nowMs: number };
  readonly limit: number | undefined;
}

function decided({ cluster, state, wish, tiers, by, limit }: Deciding): Decided {
  const view = cluster.driver.scaleView(state.object, state.related);
  const sizes = [
    ...sizeOf(cluster, state, { role: "worker", tier: tiers.workerTier, group: wish.group }),
    ...sizeOf(cluster, state, { role: "head", tier: tiers.headTier }),
  ];
  const request = {
    ...wish,
    operations: sizes.flatMap(({ operations }) => operations),
    ...(limit !== undefined && { limit }),
  };
  const draft = planned(request, view);
  const warnings = [...draft.warnings, ...sizes.flatMap((size) => size.warnings)];
  if (isIdle(draft)) return { plan: draft, writes: draft.writes, warnings };
  const trace = `${by.who} ${timestamp(by.nowMs)} ${draft.from}→${draft.effective} ${draft.mode}`;
  const plan = planned({ ...request, annotations: { [ANNOTATION.lastScaled]: trace } }, view);
  return { plan, writes: plan.writes, warnings };
}

function planned(...[request, view]: Parameters<typeof planScale>): ScalePlan {
  const plan = planScale(request, view);
  if (!isScaleRefusal(plan)) return plan;
  const isQuestion = plan.refusal === "group_required" || plan.refusal === "unknown_group";
  const groups = view.groups.map(({ name }) => name);
  throw new ScalerError(plan.refusal, plan.message, {
    status: isQuestion ? 400 : 409,
    ...(isQuestion && { extra: { groups } }),
  });
}

/** Whether the cluster is already what is asked for. */
function isIdle({ writes }: ScalePlan): boolean {
  return writes.every((write) => write.do === "patch" && write.operations.every(({ op }) => op === "test"));
}

interface SizeWish {
  readonly role: Role;
  readonly tier?: HardwareTier | undefined;
  readonly group?: string | undefined;
}

interface Size {
  readonly operations: readonly JsonPatchOperation[];
  readonly warnings: readonly ScaleWarning[];
}

/** What gives a role another tier, if one is wanted. @throws ScalerError `not_supported` */
export function sizeOf(
  { driver }: Cluster,
  { object }: ClusterState,
  { role, tier, group }: SizeWish,
): readonly Size[] {
  if (!tier) return [];
  const place = driver.tierPlace(object, role, group);
  if (!place) {
    const message = `Cannot give the ${role} of ${object.metadata.name} a hardware tier: it has none that could take one`;
    throw new ScalerError("not_supported", message, { status: 409 });
  }
  const operations = tierOperations(tier, place);
  if (operations.length === 0 || !place.keepsRunningPods) return [{ operations, warnings: [] }];
  const message = `Pods that run keep their size; tier ${tier.name} is that of new ones`;
  return [{ operations, warnings: [{ code: "applies_to_new_pods", message }] }];
}

/** A decision to change the cluster only, at no other place than `operations` say. */
export function onCluster(
  cluster: Cluster,
  state: ClusterState,
  operations: readonly JsonPatchOperation[],
): { readonly writes: ScalePlan["writes"] } {
  const { cluster: object } = cluster.driver.scaleView(state.object, state.related);
  return { writes: [{ do: "patch", object, operations: [...preconditions(object), ...operations] }] };
}

function wordsOf(plan: ScalePlan, who: string): { reason: string; action: string; note: string } {
  const { group, from, effective, requested, mode } = plan;
  const asked = effective === requested ? "" : `, asked for ${requested}`;
  const note = `${who} scaled worker group ${group} from ${from} to ${effective} (${mode}${asked})`;
  return { reason: EVENT_REASON.scaled, action: "Scale", note };
}
