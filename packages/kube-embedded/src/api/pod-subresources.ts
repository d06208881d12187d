import {
  type Binding,
  type Condition,
  type Eviction,
  type Json,
  type KubeObject,
  type Pod,
  timestamp,
  withCondition,
} from "@heliostat/kube";
import { unstored } from "../store/stored-revision.ts";
import { addressOf, storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { type WriteRequest, written } from "./create.ts";
import { evict } from "./eviction.ts";
import type { Target, WriteResult } from "./kube-api.ts";
import { badRequest, conflict } from "./refusals.ts";

/** `pods/binding`: the scheduler's word that the pod belongs to a node. A pod is bound once. */
export function bindPod(ground: ApiGround, target: Target, { body, caller }: WriteRequest): WriteResult {
  const { target: node } = bodyOf<Binding>(body);
  if (typeof node?.name !== "string" || node.name === "") throw badRequest("target.name: Required value");
  const stored = storedAt(ground, target);
  const pod = stored.object as Pod;
  const nodeName = pod.spec?.nodeName;
  if (nodeName)
    throw conflict(
      target.resource,
      pod.metadata.name,
      `pod ${pod.metadata.name} is already assigned to node "${nodeName}"`,
    );
  if (pod.metadata.deletionTimestamp)
    throw conflict(
      target.resource,
      pod.metadata.name,
      `pod ${pod.metadata.name} is being deleted, cannot be assigned to a host`,
    );
  const bound = boundPod(pod, node.name, ground.clock.now());
  if (!caller.isDryRun) ground.store.put(addressOf(target), bound, stored.revision);
  return written(unstored(SUCCESS), "created");
}

/** `pods/eviction`: a deletion that a disruption budget may refuse. */
export function evictPod(ground: ApiGround, target: Target, { body, caller }: WriteRequest): WriteResult {
  evict(ground, target, { eviction: bodyOf<Eviction>(body), caller });
  return written(unstored(SUCCESS), "created");
}

const SUCCESS = {
  apiVersion: "v1",
  kind: "Status",
  metadata: {},
  status: "Success",
  code: 201,
} as unknown as KubeObject;

function boundPod(pod: Pod, nodeName: string, nowMs: number): Pod {
  const conditions = (pod.status?.conditions ?? []) as readonly Condition[];
  const { generation = 0 } = pod.metadata;
  const scheduled = {
    type: "PodScheduled",
    status: "True",
    lastTransitionTime: timestamp(nowMs),
  } as unknown as Condition;
  return {
    ...pod,
    metadata: { ...pod.metadata, generation: generation + 1 },
    spec: { containers: [], ...pod.spec, nodeName },
    status: { ...pod.status, conditions: withCondition(conditions, scheduled, nowMs) },
  };
}

function bodyOf<T extends KubeObject>(body: Json): Partial<T> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as unknown as Partial<T>;
  throw badRequest("the body of the request must be an object");
}
