import {
  type DeleteOptions,
  isTerminating,
  type KubeObject,
  type ListOptions,
  timestamp,
} from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { type StoredRevision, unstored } from "../store/stored-revision.ts";
import { addressOf, storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { written } from "./create.ts";
import type { Caller, StoredList, Target, WriteResult } from "./kube-api.ts";
import { listObjects } from "./list.ts";
import { conflict, forbidden, uidConflict } from "./refusals.ts";
import { mayGo } from "./update.ts";
import { asServed, asStored } from "./versions.ts";

export interface DeleteRequest {
  readonly options: DeleteOptions;
  readonly caller: Caller;
}

/**
 * Remove an object, or mark it as terminating where a grace period or finalizers stand before its removal. Asking
 * again for what terminates already can only shorten the wait.
 */
export function deleteObject(
  ground: ApiGround,
  target: Target,
  { options, caller }: DeleteRequest,
): WriteResult {
  const { resource, name = "" } = target;
  const stored = storedAt(ground, target);
  const { object } = asServed(resource, stored);
  assertPreconditions(resource, object, options);
  const refusal = resource.strategy.deletionRefusal?.(object);
  if (refusal !== undefined) throw forbidden(resource, name, refusal);

  warnOfOrphans(resource, options, caller);
  const graceSeconds = graceOf(resource, object, options);
  const marked = terminating(ground, resource, { object, options, graceSeconds });
  if (mayGo(resource, marked)) return removed(ground, target, { stored, object: marked, caller });
  if (marked === object) return written(asServed(resource, stored), "terminating");
  if (caller.isDryRun) return written(unstored(marked), "terminating");
  const next = ground.store.put(addressOf(target), asStored(resource, marked), stored.revision);
  return written(asServed(resource, next), "terminating");
}

function warnOfOrphans(
  { strategy }: ServedResource,
  { propagationPolicy }: DeleteOptions,
  { warn }: Caller,
): void {
  if (propagationPolicy !== undefined || strategy.defaultPropagation !== "Orphan") return;
  warn?.(
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or " +
      "set propagationPolicy=Orphan to suppress this warning",
  );
}

/** Delete each object that matches; the answer lists them. */
export function deleteCollection(
  ground: ApiGround,
  target: Target,
  { options, caller }: { readonly options: DeleteOptions & ListOptions; readonly caller: Caller },
): StoredList {
  const list = listObjects(ground, target, options);
  for (const { object } of list.items) {
    const { name, namespace = "" } = object.metadata;
    const each = { ...target, namespace, name };
    // Its removal may be on its way already.
    if (ground.store.get(addressOf(each))) deleteObject(ground, each, { options, caller });
  }
  return { ...list, resourceVersion: String(ground.store.revision) };
}

function removed(
  ground: ApiGround,
  target: Target,
  {
    stored,
    object,
    caller,
  }: { readonly stored: StoredRevision; readonly object: KubeObject; readonly caller: Caller },
): WriteResult {
  if (caller.isDryRun) return written(unstored(object), "removed");
  const last = ground.store.remove(addressOf(target), asStored(target.resource, object), stored.revision);
  return written(asServed(target.resource, last), "removed");
}

function assertPreconditions(
  resource: ServedResource,
  { metadata }: KubeObject,
  { preconditions = {} }: DeleteOptions,
): void {
  const { uid, resourceVersion } = preconditions;
  const { name } = metadata;
  if (uid !== undefined && uid !== metadata.uid)
    throw uidConflict(resource, name, { wanted: uid, actual: metadata.uid ?? "" });
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return;
  const actual = metadata.resourceVersion ?? "";
  const because = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${actual}`;
  throw conflict(resource, name, because);
}

/** A negative grace period counts as one second (Kubernetes' rule). */
function graceOf({ strategy }: ServedResource, object: KubeObject, options: DeleteOptions): number {
  const { gracePeriodSeconds: requested } = options;
  const seconds = requested !== undefined && requested < 0 ? 1 : requested;
  return strategy.gracePeriodSeconds?.(object, seconds) ?? 0;
}

interface Deletion {
  readonly object: KubeObject;
  readonly options: DeleteOptions;
  readonly graceSeconds: number;
}

/** The object as it waits for its end; the very same one when nothing about that changes. */
function terminating(ground: ApiGround, resource: ServedResource, deletion: Deletion): KubeObject {
  const { object, options, graceSeconds } = deletion;
  const finalizers = finalizersFor(resource, object, options);
  const hasSameFinalizers = finalizers.length === (object.metadata.finalizers ?? []).length;
  if (isTerminating(object)) {
    const shorter = Math.min(graceSeconds, object.metadata.deletionGracePeriodSeconds ?? 0);
    if (shorter === object.metadata.deletionGracePeriodSeconds && hasSameFinalizers) return object;
    return withDeletion(ground, object, { graceSeconds: shorter, finalizers });
  }
  const marked = withDeletion(ground, object, { graceSeconds, finalizers });
  const { generation } = object.metadata;
  const counted = generation
    ? { ...marked, metadata: { ...marked.metadata, generation: generation + 1 } }
    : marked;
  return resource.strategy.prepareForDelete?.(counted) ?? counted;
}

function withDeletion(
  { clock }: ApiGround,
  object: KubeObject,
  { graceSeconds, finalizers }: { readonly graceSeconds: number; readonly finalizers: readonly string[] },
): KubeObject {
  const { finalizers: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp(clock.now() + graceSeconds * 1000),
      deletionGracePeriodSeconds: graceSeconds,
      ...(finalizers.length > 0 && { finalizers }),
    },
  };
}

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/** What becomes of dependents is the garbage collector's work; it finds its orders among the finalizers. */
function finalizersFor(
  { strategy }: ServedResource,
  { metadata }: KubeObject,
  { propagationPolicy }: DeleteOptions,
): readonly string[] {
  const { finalizers = [] } = metadata;
  const policy = propagationPolicy ?? (isOrdered(finalizers) ? undefined : strategy.defaultPropagation);
  if (policy === undefined) return finalizers;
  const others = finalizers.filter((each) => each !== FOREGROUND && each !== ORPHAN);
  if (policy === "Foreground") return [...others, FOREGROUND];
  return policy === "Orphan" ? [...others, ORPHAN] : others;
}

function isOrdered(finalizers: readonly string[]): boolean {
  return finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN);
}
