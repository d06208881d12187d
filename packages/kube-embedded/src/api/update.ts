import {
  type FieldCause,
  isEqualJson,
  isTerminating,
  type KubeObject,
  type ObjectMeta,
} from "@heliostat/kube";
import { isSameOwnership, type Owners } from "../apply/owners.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { type StoredRevision, unstored } from "../store/stored-revision.ts";
import { addressOf } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { createObject, type WriteRequest, written } from "./create.ts";
import { invalidValue } from "./field-causes.ts";
import { incomingObject, shapedObject } from "./incoming.ts";
import type { Caller, Target, WriteResult } from "./kube-api.ts";
import { ownersAfter, withOwners, withoutOwners, writtenThrough } from "./managed-fields.ts";
import { badRequest, conflict, invalid, notFound, refusedObject, uidConflict } from "./refusals.ts";
import { strategyContext } from "./strategy-context.ts";
import { finalizerWarnings, mayBeBare, metadataProblems } from "./validate-metadata.ts";
import { asServed, asStored } from "./versions.ts";

/** Replace an object, or with a subresource the part of it that the subresource is. */
export function updateObject(ground: ApiGround, target: Target, request: WriteRequest): WriteResult {
  const { resource, name = "" } = target;
  const proposed = incomingObject(target, request.body);
  const named = { ...proposed, metadata: { ...proposed.metadata, name: proposed.metadata.name || name } };
  if (named.metadata.name !== name)
    throw badRequest(
      `the name of the object (${named.metadata.name}) does not match the name on the URL (${name})`,
    );
  const stored = ground.store.get(addressOf(target));
  if (stored) return replaceObject(ground, target, { stored, proposed: named, caller: request.caller });
  if (!resource.strategy.allowsCreateOnUpdate || target.subresource) throw notFound(resource, name);
  return createObject(ground, target, request);
}

export interface Replacement {
  readonly stored: StoredRevision;
  /** The whole new object, in the version that is served. */
  readonly proposed: KubeObject;
  readonly caller: Caller;
  /** Who owns the fields, when that is decided; otherwise the caller owns what he changes. */
  readonly owners?: Owners;
  /** Whether `proposed` is what a patch made of the stored object. @default false */
  readonly isPatched?: boolean;
  /** The subresource through which the caller came, when it is not the target's: `scale` writes the object itself. */
  readonly through?: string;
}

/**
 * The one way in which a stored object changes.
 *
 * Guarantees: the caller has seen the revision that it replaces, if it names one; what the server owns stays; a
 * write that changes nothing is no write; an object that waited for its last finalizer is removed.
 */
export function replaceObject(ground: ApiGround, target: Target, replacement: Replacement): WriteResult {
  const { resource } = target;
  const { stored, proposed, caller, owners, isPatched = false, through = target.subresource } = replacement;
  const current = asServed(resource, stored);
  assertSeen(resource, current.object, proposed);
  const scoped = withinSubresource(target, current.object, proposed);
  const shaped = shapedObject(ground, resource, { object: withoutOwners(scoped), caller, isPatched });
  if (resource.isCustom) for (const text of finalizerWarnings(shaped, current.object)) caller.warn?.(text);
  const given = proposed.metadata.managedFields;
  const object = validReplacement(ground, target, {
    shaped,
    current: current.object,
    ownersOf: (wanted) =>
      owners ??
      ownersAfter(ground, writtenThrough(target, through), {
        current: current.object,
        wanted,
        given,
        caller,
      }),
  });
  if (isSameObject(object, current.object)) return written(current, "unchanged");
  const { store, admission } = ground;
  const writeConsequences = admission.admit({
    resource,
    object,
    stored: current.object,
    user: caller.user,
    store,
    ...(through !== undefined && { subresource: through }),
  });

  const isDone = isTerminating(object) && mayGo(resource, object);
  if (caller.isDryRun) return written(unstored(object), isDone ? "removed" : "updated");
  writeConsequences();
  const address = addressOf(target);
  const next = asStored(resource, object);
  if (isDone) return written(asServed(resource, store.remove(address, next, stored.revision)), "removed");
  return written(asServed(resource, store.put(address, next, stored.revision)), "updated", "MODIFIED");
}

/** Whether nothing holds a terminating object back any more. */
export function mayGo({ strategy }: ServedResource, object: KubeObject): boolean {
  const { finalizers = [], deletionGracePeriodSeconds = 0 } = object.metadata;
  return finalizers.length === 0 && deletionGracePeriodSeconds === 0 && !strategy.isHeldBack?.(object);
}

/** When somebody wrote is no change: who applies the same again leaves no trace (Kubernetes rule). */
function isSameObject(next: KubeObject, current: KubeObject): boolean {
  return (
    isSameOwnership(next.metadata.managedFields ?? [], current.metadata.managedFields ?? []) &&
    isEqualJson(withoutOwners(next), withoutOwners(current))
  );
}

interface Draft {
  readonly shaped: KubeObject;
  readonly current: KubeObject;
  /** Who owns the fields of what the caller wants. */
  ownersOf(wanted: KubeObject): Owners;
}

function validReplacement(
  ground: ApiGround,
  { resource, subresource }: Target,
  { shaped, current, ownersOf }: Draft,
): KubeObject {
  const { strategy } = resource;
  const { name } = current.metadata;
  const owned = withServerFields(current.metadata, shaped);
  const problems: readonly FieldCause[] = [
    ...metadataProblems(owned, { stored: current, mayBeBare: mayBeBare(resource) }),
    ...ground.schemaOf(resource).validate(owned, current),
  ];
  if (problems.length > 0) throw refusedObject(resource, name, problems);
  const context = { ...strategyContext(ground), ...(subresource !== undefined && { subresource }) };
  const defaulted = strategy.defaults?.(owned) ?? owned;
  const prepared = strategy.prepareForUpdate?.(defaulted, current, context) ?? defaulted;
  const rest = strategy.validate?.(prepared, current, subresource) ?? [];
  if (rest.length > 0) throw invalid(resource, name, rest);
  return withOwners(withGeneration(resource, prepared, current), ownersOf(defaulted));
}

function assertSeen(resource: ServedResource, current: KubeObject, proposed: KubeObject): void {
  const { name, uid = "", resourceVersion } = current.metadata;
  const wanted = proposed.metadata;
  if (wanted.uid && wanted.uid !== uid)
    throw uidConflict(resource, name, { wanted: wanted.uid, actual: uid });
  if (wanted.resourceVersion && wanted.resourceVersion !== "0") {
    if (wanted.resourceVersion !== resourceVersion) throw conflict(resource, name);
    return;
  }
  if (resource.isCustom || resource.strategy.allowsUnconditionalUpdate === false) {
    const problem = invalidValue("metadata.resourceVersion", "0x0", "must be specified for an update");
    const message = "Invalid value: 0x0: must be specified for an update";
    throw invalid(resource, name, [{ ...problem, message }]);
  }
}

/** What the endpoint may change: the status subresource the status alone, the object's own endpoint all but that. */
function withinSubresource(
  { resource, subresource }: Target,
  current: KubeObject,
  proposed: KubeObject,
): KubeObject {
  if (subresource === "status") return withStatusOf(resource, current, proposed);
  if (subresource !== undefined && resource.strategy.withinSubresource)
    return resource.strategy.withinSubresource(subresource, current, proposed);
  if (!resource.subresources.includes("status")) return proposed;
  const { status: _, ...rest } = proposed as WithStatus;
  const { status } = current as WithStatus;
  return (status === undefined ? rest : { ...rest, status }) as KubeObject;
}

type WithStatus = KubeObject & { readonly status?: unknown };

/** Built-in kinds take labels and annotations along with a status, custom ones do not (Kubernetes' rule). */
function withStatusOf(resource: ServedResource, current: KubeObject, proposed: KubeObject): KubeObject {
  const { status: _, ...rest } = current as WithStatus;
  const { status } = proposed as WithStatus;
  const { labels, annotations } = proposed.metadata;
  const { labels: __, annotations: ___, ...owned } = current.metadata;
  const metadata = { ...owned, ...(labels && { labels }), ...(annotations && { annotations }) };
  return {
    ...rest,
    metadata: resource.isCustom ? current.metadata : metadata,
    ...(status !== undefined && { status }),
  } as KubeObject;
}

const SERVER_FIELDS = [
  "uid",
  "creationTimestamp",
  "generation",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "resourceVersion",
  "generateName",
] as const;

function withServerFields(current: ObjectMeta, object: KubeObject): KubeObject {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const field of SERVER_FIELDS) {
    if (current[field] === undefined) delete metadata[field];
    else metadata[field] = current[field];
  }
  return { ...object, metadata: metadata as unknown as ObjectMeta };
}

/** The generation counts changes of what is wanted: everything but metadata and, where it is separate, the status. */
function withGeneration(resource: ServedResource, object: KubeObject, current: KubeObject): KubeObject {
  const { strategy, isCustom } = resource;
  if (!(strategy.tracksGeneration ?? isCustom)) return object;
  if (isEqualJson(wanted(resource, object), wanted(resource, current))) return object;
  const generation = (current.metadata.generation ?? 0) + 1;
  return { ...object, metadata: { ...object.metadata, generation } };
}

function wanted({ subresources, isCustom }: ServedResource, object: KubeObject): unknown {
  const { metadata: _, status, ...rest } = object as WithStatus;
  return isCustom && !subresources.includes("status") ? { ...rest, status } : rest;
}
