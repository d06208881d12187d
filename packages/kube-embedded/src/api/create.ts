import {
  isTerminating,
  type Json,
  KubeError,
  type KubeObject,
  NAMESPACES,
  type ObjectMeta,
  randomSuffix,
  timestamp,
} from "@heliostat/kube";
import type { Owners } from "../apply/owners.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { unstored } from "../store/stored-revision.ts";
import { addressOf } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { incomingObject, shapedObject } from "./incoming.ts";
import type { Caller, StoredObject, Target, UserInfo, WriteResult } from "./kube-api.ts";
import { ownersAfter, withOwners, withoutOwners } from "./managed-fields.ts";
import { alreadyExists, badRequest, forbidden, invalid, notFound, refusedObject } from "./refusals.ts";
import { strategyContext } from "./strategy-context.ts";
import { finalizerWarnings, LONGEST_PREFIX, mayBeBare, metadataProblems } from "./validate-metadata.ts";
import { asServed, asStored } from "./versions.ts";

/**
 * Store a new object: identity, namespace, name, system metadata, shape and defaults, what admission fills in, the
 * kind's own rules, validation, admission; then the store.
 */
export function createObject(ground: ApiGround, target: Target, request: WriteRequest): WriteResult {
  const { caller } = request;
  const { resource } = target;
  assertMayCreate(target, caller);
  const incoming = incomingObject(target, request.body);
  assertCreatable(ground, target, incoming);
  const named = withSystemMetadata(ground, target, withoutOwners(incoming));
  const shaped = shapedObject(ground, resource, { object: withoutStatus(resource, named), caller });
  const given = incoming.metadata.managedFields;
  if (resource.isCustom) for (const text of finalizerWarnings(shaped)) caller.warn?.(text);
  const object = validNewObject(ground, resource, {
    shaped,
    user: caller.user,
    ownersOf: (wanted) => request.owners ?? ownersAfter(ground, target, { wanted, given, caller }),
  });
  const address = addressOf({ ...target, name: object.metadata.name });
  if (ground.store.get(address)) throw alreadyExists(resource, object.metadata.name);
  const { store, admission } = ground;
  const writeConsequences = admission.admit({ resource, object, user: caller.user, store });
  if (caller.isDryRun) return written(unstored(object), "created");
  writeConsequences();
  const stored = asServed(resource, store.put(address, asStored(resource, object)));
  return written(stored, "created", "ADDED");
}

export interface WriteRequest {
  readonly body: Json;
  readonly caller: Caller;
  /** Who owns the fields, when that is decided; otherwise the caller owns what he writes. */
  readonly owners?: Owners;
}

/** A result that shares the stored text instead of copying it. */
export function written(
  stored: StoredObject,
  outcome: WriteResult["outcome"],
  toldAs?: WriteResult["toldAs"],
): WriteResult {
  return {
    object: stored.object,
    outcome,
    ...(toldAs && { toldAs }),
    get json(): string {
      return stored.json;
    },
  };
}

interface NewObject {
  readonly shaped: KubeObject;
  readonly user: UserInfo;
  /** Who owns the fields of what the caller wants. */
  ownersOf(wanted: KubeObject): Owners;
}

function validNewObject(
  ground: ApiGround,
  resource: ServedResource,
  { shaped, user, ownersOf }: NewObject,
): KubeObject {
  const { strategy } = resource;
  const { name, generateName = "" } = shaped.metadata;
  const shown = name || generateName;
  const problems = [
    ...metadataProblems(shaped, {
      nameRule: strategy.nameRule ?? "subdomain",
      mayBeBare: mayBeBare(resource),
    }),
    ...ground.schemaOf(resource).validate(shaped),
  ];
  if (problems.length > 0) throw refusedObject(resource, shown, problems);
  const defaulted = strategy.defaults?.(shaped) ?? shaped;
  const { admission, store } = ground;
  const mutated = admission.mutated({ resource, object: defaulted, user, store });
  const object = strategy.prepareForCreate?.(mutated, strategyContext(ground)) ?? mutated;
  const rest = strategy.validate?.(object) ?? [];
  if (rest.length > 0) throw invalid(resource, shown, rest);
  return withOwners(object, ownersOf(defaulted));
}

function withoutStatus({ subresources, strategy }: ServedResource, object: KubeObject): KubeObject {
  if (!subresources.includes("status") || strategy.keepsStatusOnCreate) return object;
  const { status: _, ...rest } = object as KubeObject & { readonly status?: unknown };
  return rest;
}

const MOST_NAMES_TRIED = 8;

function withSystemMetadata(ground: ApiGround, target: Target, incoming: KubeObject): KubeObject {
  const {
    uid: _,
    generation: __,
    deletionTimestamp: ___,
    deletionGracePeriodSeconds: ____,
    ...given
  } = incoming.metadata;
  const { isCustom, strategy } = target.resource;
  const tracksGeneration = strategy.tracksGeneration ?? isCustom;
  const metadata: ObjectMeta = {
    ...given,
    name: given.name || generatedName(ground, target, given.generateName ?? ""),
    uid: ground.random.uuid(),
    creationTimestamp: timestamp(ground.clock.now()),
    ...(tracksGeneration && { generation: 1 }),
  };
  return { ...incoming, metadata };
}

function generatedName(ground: ApiGround, target: Target, prefix: string): string {
  if (prefix === "") return "";
  for (let tries = 0; tries < MOST_NAMES_TRIED; tries += 1) {
    const name = `${prefix.slice(0, LONGEST_PREFIX)}${randomSuffix(ground.random)}`;
    if (!ground.store.get(addressOf({ ...target, name }))) return name;
  }
  throw alreadyExists(target.resource, prefix);
}

/** Who may change what is there may not therefore bring it into being. */
function assertMayCreate({ resource, name = "" }: Target, { canCreate = true, user }: Caller): void {
  if (canCreate) return;
  throw forbidden(resource, name, `User "${user.name}" cannot create it`);
}

function assertCreatable(ground: ApiGround, target: Target, { metadata }: KubeObject): void {
  const { resource, namespace = "", name } = target;
  if (metadata.resourceVersion)
    throw badRequest("resourceVersion should not be set on objects to be created");
  if (name && metadata.name && metadata.name !== name)
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  if (!resource.isNamespaced) return;
  if (namespace === "") throw badRequest("an empty namespace may not be set during creation");
  assertNamespaceAccepts(ground, resource, { namespace, name: metadata.name });
}

function assertNamespaceAccepts(
  { store }: ApiGround,
  resource: ServedResource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): void {
  const found = store.get({ storageKey: "/namespaces", key: namespace })?.object;
  if (!found) throw notFound(NAMESPACES, namespace);
  if (!isTerminating(found)) return;
  const because = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { message, options } = forbidden(resource, name, because);
  throw new KubeError("Forbidden", message, {
    ...options,
    causes: [
      {
        reason: "NamespaceTerminating",
        field: "metadata.namespace",
        message: `namespace ${namespace} is being terminated`,
      },
    ],
  });
}
