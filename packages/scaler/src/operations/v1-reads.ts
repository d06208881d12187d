import { fullName } from "@heliostat/engines";
import { ok } from "../answers/answer.ts";
import { tiersOf } from "../tiers/wanted-tier.ts";
import { badRequest } from "./body-fields.ts";
import { clusterView, countsOf } from "./cluster-view.ts";
import { headStatus, startedAtMs } from "./head-status.ts";
import type { Call, Operation } from "./operation.ts";
import { progressSubject } from "./progress-token.ts";
import { kindOf, reachedCluster } from "./reached-cluster.ts";
import { roleStatusBody } from "./role-status.ts";

export const kinds: Operation = async (_, { directory }) =>
  ok({
    items: directory.kinds.map(({ driver, state }) => ({
      kind: fullName(driver),
      plural: driver.resource.plural,
      engine: driver.engine,
      served: state === "served",
      default: directory.isDefault(driver),
    })),
  });

export const whoAmI: Operation = async ({ caller }) =>
  ok({
    name: caller?.name ?? "",
    id: caller?.id ?? caller?.name ?? "",
    groups: caller?.groups ?? [],
    admin: caller?.isAdmin ?? false,
  });

export const tiers: Operation = async (call, ground) => {
  const items = await tiersOf(ground.tiers, call.credentials);
  return ok({
    items: items.map(({ id, name, nodePool = null, requests, limits, restrictedTo }) => ({
      ...{ id, name, nodePool, requests, limits, restrictedTo },
    })),
  });
};

const PAGE_MAX = 500;

/** Pages in the order of names; the next one begins after the last name of this one. */
export const listViews: Operation = async (call, ground) => {
  const cache = ground.directory.kind(kindOf(call));
  const limit = limitOf(call);
  const after = textOf(call, "after") ?? "";
  const visible = [...(await ground.access.visible(call.caller, cache))];
  const following = visible
    .filter(({ metadata }) => metadata.name > after)
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  const page = following.slice(0, limit);
  return ok({
    kind: fullName(cache.driver),
    items: page.map((object) => clusterView(ground, { cache, driver: cache.driver, object })),
    next: following.length > limit ? (page.at(-1)?.metadata.name ?? null) : null,
  });
};

export const view: Operation = async (call, ground) =>
  ok(clusterView(ground, await reachedCluster(call, ground, { wish: "get" })));

/** With a token, how far that scaling is; without, how far the only group is from what its spec asks for. */
export const progress: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "get" });
  const { object, driver, cache } = cluster;
  const token = textOf(call, "token");
  const subject = token === undefined ? undefined : progressSubject(token);
  if (token !== undefined && subject?.uid !== object.metadata.uid)
    throw badRequest("token is none of this cluster's: hand back the progressToken of a reply to scale");
  const { groups, writer } = driver.scaleView(object, cache.relatedTo(object));
  const group = subject ? groups.find(({ name }) => name === subject.group) : groups[0];
  if (!group) throw badRequest("the cluster has no such worker group any more");
  const isFloor = group.bounds?.retiresIdleWorkers === true && subject?.mode === "floor";
  const desired = isFloor ? (group.bounds?.min ?? group.replicas) : group.replicas;
  const counts = countsOf(ground, cluster, group.name);
  const isSuperseded = subject !== undefined && subject.replicas !== desired;
  const isThere = isFloor ? counts.ready >= desired : counts.ready === desired && counts.current === desired;
  return ok({
    done: isThere && !isSuperseded,
    superseded: isSuperseded,
    group: group.name,
    desired,
    ...counts,
    writer,
  });
};

export const restartStatus: Operation = async (call, ground) => {
  const cluster = await reachedCluster(call, ground, { wish: "get" });
  const role = textOf(call, "role") ?? "head";
  if (role !== "head" && role !== "worker") throw badRequest("role must be head or worker");
  const sinceMs = startedAtMs(textOf(call, "startedAt"), "startedAt");
  if (role === "worker") {
    const body = roleStatusBody(ground, cluster, { role, sinceMs });
    const { ok: isDone, status, restarted, desired_replicas, running_pods, ready_pods } = body;
    const counts = { desired: desired_replicas, current: running_pods, ready: ready_pods };
    return ok({ done: isDone, role, status, restarted, ...counts });
  }
  const question = { sinceMs, previousUid: textOf(call, "previousPodUid") };
  const { status, isRestarted, isReady, name, pod } = headStatus(ground, cluster, question);
  return ok({
    done: isRestarted && isReady,
    role,
    status,
    restarted: isRestarted,
    ready: isReady,
    pod: name,
    podUid: pod?.uid ?? null,
    createdAt: pod?.createdAt ?? null,
  });
};

function limitOf(call: Call): number {
  const text = textOf(call, "limit");
  if (text === undefined) return PAGE_MAX;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= PAGE_MAX) return limit;
  throw badRequest(`limit must be a whole number, 1 to ${PAGE_MAX}`);
}

/** A parameter of the query; given twice it says nothing. */
function textOf({ query }: Call, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === "string") return value;
  throw badRequest(`${name} must be given once`);
}
