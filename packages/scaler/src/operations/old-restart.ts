import { timestamp } from "@heliostat/kube";
import { type Answer, ok, ScalerError } from "../answers/answer.ts";
import { shownObject } from "../answers/object-text.ts";
import { badRequest, replicasOf, tierOf } from "./body-fields.ts";
import { headStatus, headStatusBody, startedAtMs } from "./head-status.ts";
import type { Call, Operation } from "./operation.ts";
import { clusterOfPod } from "./pod-owner.ts";
import { kindOf, reachedCluster } from "./reached-cluster.ts";
import { GRACE_SECONDS, type Restarted, restartCluster } from "./restart-cluster.ts";
import { roleStatusBody } from "./role-status.ts";
import { scaleCluster } from "./scale-cluster.ts";

/** Replace the head's pod; with a tier or a number in the body, write those first. */
export const restartHead: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  const { body } = call;
  const mode = ground.settings.oldRoutesMode ?? "floor";
  if (body["replicas"] !== undefined && body["replicas"] !== null)
    await scaleCluster({ call, ground, cluster }, { replicas: replicasOf(body), mode });
  const wish = { startedAt: startedAtOf(call), tier: tierOf(body, "head") };
  return accepted(await restartCluster({ call, ground, cluster }, wish));
};

export const headTier: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "patch" });
  const tier = tierOf(call.body, "head");
  if (!tier)
    throw new ScalerError("invalid_hw_tier", "Hardware tier not found: head_hw_tier_name is required", {
      status: 400,
    });
  const wish = { startedAt: startedAtOf(call), tier, isForTierOnly: true };
  const restarted = await restartCluster({ call, ground, cluster }, wish);
  return ok({
    kind: kindOf(call),
    name: cluster.object.metadata.name,
    head_hw_tier_name: restarted.tier?.name ?? tier.text,
    object: shownObject(restarted.object),
    started_at: restarted.startedAt,
    restarted_ts: restarted.startedAt,
    previous_pod_uid: restarted.pod?.uid ?? null,
  });
};

export const headStatusOperation: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "get" });
  const sinceMs = startedAtMs(call.query["started_at"]);
  const status = headStatus(ground, cluster, {
    sinceMs,
    previousUid: textOf(call.query["previous_pod_uid"]),
  });
  return ok(headStatusBody(ground, status, sinceMs));
};

export const headStatusOfPod: Operation = async (call, ground) => {
  const cluster = await clusterOfPod(call, ground);
  const sinceMs = startedAtMs(call.query["started_at"]);
  const requiresReady = requireReadyOf(call);
  const { isRestarted, isReady, name, pod } = headStatus(ground, cluster, { sinceMs });
  const reason = !isRestarted ? "not_restarted" : requiresReady && !isReady ? "not_ready" : null;
  return ok({
    ok: reason === null,
    restarted: isRestarted,
    ready: isReady,
    reason,
    namespace: ground.directory.namespace,
    pod: name,
    creationTimestamp: pod?.createdAt ?? null,
    started_at: timestamp(sinceMs),
    require_ready: requiresReady,
    evaluated_with: "started_at",
  });
};

export const roleStatus: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "get" });
  const role = call.parameters["node_type"];
  if (role !== "head" && role !== "worker") throw badRequest("node_type must be head or worker");
  const sinceMs = startedAtMs(call.query["started_at"]);
  return ok(roleStatusBody(ground, cluster, { role, sinceMs }));
};

function accepted({ pod, startedAt, tier }: Restarted): Answer {
  if (!pod) throw new Error("Cannot tell of a restart: no pod has gone");
  const { name, namespace, uid } = pod;
  return {
    status: 202,
    body: {
      ok: true,
      namespace,
      pod: name,
      grace_period_seconds: GRACE_SECONDS,
      started_at: startedAt,
      restarted_ts: startedAt,
      previous_pod_uid: uid,
      ...(tier && { head_hw_tier_name: tier.name }),
      k8s_response: {
        apiVersion: "v1",
        kind: "Status",
        status: "Success",
        details: { name, kind: "pods", uid },
      },
    },
  };
}

function startedAtOf({ query, body }: Call): unknown {
  return query["started_at"] ?? body["started_at"];
}

function requireReadyOf({ query }: Call): boolean {
  const text = textOf(query["require_ready"])?.toLowerCase();
  return text !== "false" && text !== "0" && text !== "no";
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
