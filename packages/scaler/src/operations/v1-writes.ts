import type { TierReference } from "@heliostat/engines";
import { type Answer, ok } from "../answers/answer.ts";
import { assertOnly, badRequest, flagOf, groupOf, modeOf } from "./body-fields.ts";
import { clusterView } from "./cluster-view.ts";
import type { Operation } from "./operation.ts";
import { reachedCluster } from "./reached-cluster.ts";
import { GRACE_SECONDS, type Restarted, restartCluster } from "./restart-cluster.ts";
import { rollWorkers } from "./roll-workers.ts";
import { scaleCluster } from "./scale-cluster.ts";

const SCALE_FIELDS = ["replicas", "group", "mode", "dryRun", "takeover", "tier", "headTier"];
const RESTART_FIELDS = ["startedAt", "tier", "role"];
const TIER_FIELDS = ["tier", "startedAt"];

export const scaleView: Operation = async (call, ground) => {
  const { body } = call;
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  assertOnly(body, SCALE_FIELDS);
  const wish = {
    replicas: wholeReplicasOf(body["replicas"]),
    mode: modeOf(body, "set"),
    isDryRun: flagOf(body, "dryRun"),
    takesOver: flagOf(body, "takeover"),
    workerTier: tierField(body, "tier"),
    headTier: tierField(body, "headTier"),
    ...groupOf(body),
  };
  const { plan, object, warnings, token, workerTier } = await scaleCluster({ call, ground, cluster }, wish);
  return ok({
    name: object.metadata.name,
    group: plan.group,
    mode: plan.mode,
    writer: plan.writer,
    from: plan.from,
    requestedReplicas: plan.requested,
    effectiveReplicas: plan.effective,
    capped: plan.isCapped,
    maxReplicas: plan.max ?? null,
    tier: workerTier?.name ?? null,
    dryRun: wish.isDryRun,
    warnings,
    progressToken: token,
    cluster: clusterView(ground, { ...cluster, object }),
  });
};

export const restartView: Operation = async (call, ground) => {
  const { body } = call;
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  assertOnly(body, RESTART_FIELDS);
  const tier = tierField(body, "tier");
  const { role = "head" } = body;
  if (role === "worker" && tier) throw badRequest("tier is the head's; scale gives workers another one");
  if (role === "worker") return accepted({ startedAt: await rollWorkers({ call, ground, cluster }) });
  if (role !== "head") throw badRequest("role must be head or worker");
  const wish = { startedAt: body["startedAt"], tier };
  return accepted(await restartCluster({ call, ground, cluster }, wish));
};

export const headTierView: Operation = async (call, ground) => {
  const { body } = call;
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  assertOnly(body, TIER_FIELDS);
  const tier = tierField(body, "tier");
  if (!tier) throw badRequest("tier is required: the name or id of a hardware tier");
  const wish = { startedAt: body["startedAt"], tier, isForTierOnly: true };
  return accepted(await restartCluster({ call, ground, cluster }, wish));
};

function accepted({ pod, startedAt, tier }: Omit<Restarted, "object">): Answer {
  return {
    status: 202,
    body: {
      startedAt,
      pod: pod?.name ?? null,
      previousPodUid: pod?.uid ?? null,
      gracePeriodSeconds: GRACE_SECONDS,
      tier: tier?.name ?? null,
    },
  };
}

const REPLICAS_MAX = 2_147_483_646;

/** A number and nothing that could be taken for one. */
function wholeReplicasOf(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= REPLICAS_MAX)
    return value;
  throw badRequest("replicas must be a non-negative integer");
}

function tierField(body: Readonly<Record<string, unknown>>, field: string): TierReference | undefined {
  const text = body[field];
  if (text === undefined || text === null) return undefined;
  if (typeof text === "string" && text !== "") return { text };
  throw badRequest(`${field} must be the name or id of a hardware tier`);
}
