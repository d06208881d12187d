import {
  type Binding,
  type Condition,
  type Eviction,
  type FieldCause,
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
import { requiredValue, unsupportedValue } from "./field-causes.ts";
import type { Target, WriteResult } from "./kube-api.ts";
import { badRequest, conflict, invalid } from "./refusals.ts";

/** `pods/binding`: the scheduler's word that the pod belongs to a node. A pod is bound once. */
export function bindPod(ground: ApiGround, target: Target, { body, caller }: WriteRequest): WriteResult {
  const binding = bodyOf<Binding>(body);
  assertNamesPod(binding, target, "Binding");
  const problems = bindingProblems(binding);
  if (problems.length > 0) throw invalid({ group: "", kind: "Binding" }, target.name ?? "", problems);
  const stored = storedAt(ground, target);
  const pod = stored.object as Pod;
  assertUnbound(pod);
  const bound = boundPod(pod, binding.target?.name ?? "", ground.clock.now());
  if (!caller.isDryRun) ground.store.put(addressOf(target), bound, stored.revision);
  return written(unstored(SUCCESS), "created");
}

/** `pods/eviction`: a deletion that a disruption budget may refuse. */
export function evictPod(ground: ApiGround, target: Target, { body, caller }: WriteRequest): WriteResult {
  const eviction = bodyOf<Eviction>(body);
  assertNamesPod(eviction, target, "Eviction");
  evict(ground, target, { eviction, caller });
  return written(unstored(SUCCESS), "created");
}

const SUCCESS = {
  apiVersion: "v1",
  kind: "Status",
  metadata: {},
  status: "Success",
  code: 201,
} as unknown as KubeObject;

function assertNamesPod(
  { metadata }: Partial<KubeObject>,
  { name = "" }: Target,
  kind: "Binding" | "Eviction",
): void {
  if ((metadata?.name || name) !== name)
    throw badRequest(`name in URL does not match name in ${kind} object`);
}

function bindingProblems({ target }: Partial<Binding>): readonly FieldCause[] {
  const { kind = "", name } = target ?? {};
  const isNode = kind === "" || kind === "Node";
  return [
    ...(isNode ? [] : [unsupportedValue("target.kind", kind, ["Node", "<empty>"])]),
    ...(typeof name === "string" && name !== "" ? [] : [requiredValue("target.name")]),
  ];
}

/** @throws KubeError `Conflict` when the pod has a node, or shall have none */
function assertUnbound({ metadata, spec }: Pod): void {
  const because =
    (metadata.deletionTimestamp && "is being deleted, cannot be assigned to a host") ||
    (spec?.nodeName && `is already assigned to node "${spec.nodeName}"`) ||
    ((spec?.schedulingGates ?? []).length > 0 && "has non-empty .spec.schedulingGates");
  if (because) throw conflict(BINDINGS, metadata.name, `pod ${metadata.name} ${because}`);
}

const BINDINGS = { group: "", plural: "pods/binding" };

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
