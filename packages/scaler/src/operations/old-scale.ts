import { timestamp } from "@heliostat/kube";
import { ok } from "../answers/answer.ts";
import { shownObject } from "../answers/object-text.ts";
import { clusterNameOf, groupOf, replicasOf, tierOf } from "./body-fields.ts";
import type { Ground, Operation } from "./operation.ts";
import { assertNamed, kindOf, reachedCluster } from "./reached-cluster.ts";
import { type Scaled, scaleCluster } from "./scale-cluster.ts";

/** Scale the cluster that the body names: its ceiling rises with the number, so that there is one to spare. */
export const scaleNamed: Operation = async (call, ground) => {
  const { body } = call;
  ground.directory.kind(kindOf(call));
  const named = typeof body["cluster_name"] === "string" ? body["cluster_name"] : "";
  assertNamed(call, ground, { wish: "patch", name: named });
  const name = clusterNameOf(body);
  const replicas = replicasOf(body);
  const cluster = await reachedCluster(call, ground, { wish: "patch", name });
  const wish = { replicas, mode: modeOf(ground), raisesCeiling: true, ...groupOf(body) };
  const scaled = await scaleCluster(
    { call, ground, cluster },
    { ...wish, workerTier: tierOf(body, "worker") },
  );
  return ok({
    kind: kindOf(call),
    name,
    replicas: scaled.plan.effective,
    object: shownObject(scaled.object),
    ...additions(scaled),
  });
};

/** Scale the cluster that the path names, at most to its ceiling. */
export const scale: Operation = async (call, ground) => {
  const { body, parameters } = call;
  const name = parameters["name"] ?? "";
  ground.directory.kind(kindOf(call));
  assertNamed(call, ground, { wish: "patch", name });
  const replicas = replicasOf(body);
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  const tiers = { workerTier: tierOf(body, "worker"), headTier: tierOf(body, "head") };
  const wish = { replicas, mode: modeOf(ground), ...groupOf(body), ...tiers };
  const scaled = await scaleCluster({ call, ground, cluster }, wish);
  const { plan, workerTier, headTier } = scaled;
  return ok({
    kind: kindOf(call),
    name,
    requested_replicas: plan.requested,
    effective_replicas: plan.effective,
    capped: plan.isCapped,
    maxReplicas: plan.max ?? null,
    worker_hw_tier_id: workerTier ? shownTier(workerTier, ground) : null,
    object: shownObject(scaled.object),
    ...((workerTier || headTier) && { restarted_ts: timestamp(ground.clock.now()) }),
    ...additions(scaled),
  });
};

/** What newer clients may read beside what old ones know. */
function additions({ plan, warnings, token }: Scaled): object {
  return { group: plan.group, mode: plan.mode, writer: plan.writer, warnings, progress_token: token };
}

function modeOf({ settings }: Ground): "set" | "floor" | "pin" {
  return settings.oldRoutesMode ?? "floor";
}

function shownTier(tier: NonNullable<Scaled["workerTier"]>, { settings }: Ground): unknown {
  return settings.showsWholeTier ? tier.source : tier.id;
}
