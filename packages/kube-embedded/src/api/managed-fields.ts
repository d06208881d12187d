import { apiVersionOf, type KubeObject, timestamp } from "@heliostat/kube";
import { EMPTY_SET, type FieldSet, LEAF } from "../apply/field-set.ts";
import { fieldTypeOf } from "../apply/field-type-of.ts";
import type { KindVersions } from "../apply/kind-versions.ts";
import { type Owners, startingOwners, type Writer } from "../apply/owners.ts";
import { rememberedFields } from "../apply/remembered-fields.ts";
import { trackedUpdate } from "../apply/track-update.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import type { ApiGround } from "./api-ground.ts";
import type { Caller, Target } from "./kube-api.ts";
import { asStored } from "./versions.ts";

export interface TrackedWrite {
  /** Absent for a new object. */
  readonly current?: KubeObject;
  /** What the caller wants, defaults included, before the kind's own rules add to it. */
  readonly wanted: KubeObject;
  /** What the caller sent as `managedFields`. */
  readonly given: unknown;
  readonly caller: Caller;
}

/** The owners of an object's fields after a create, update or patch. */
export function ownersAfter(ground: ApiGround, target: Target, write: TrackedWrite): Owners {
  const { current, wanted, given, caller } = write;
  const live = current?.metadata.managedFields ?? [];
  const { resource, subresource } = target;
  const writer = writerOf(target, caller, "Update");
  const type = fieldTypeOf(resource);
  const name = `${writer.name} ${writer.apiVersion} ${subresource ?? ""}`;
  return trackedUpdate(
    {
      change: {
        before: current && withoutOwners(current),
        after: current && subresource === "status" ? withStatusOf(current, wanted) : wanted,
        apiVersion: writer.apiVersion,
      },
      // Through a subresource nobody can say who owns what.
      owners: subresource === undefined ? startingOwners(given, live) : live,
      writer,
      time: timestamp(ground.clock.now()),
      reset: resetFields(target),
      share: (fields) => rememberedFields(type, name, fields),
    },
    kindVersions(ground, resource),
  );
}

/** A status says nothing of the rest: so the rest need not be compared. */
function withStatusOf(current: KubeObject, wanted: KubeObject): KubeObject {
  const { status } = wanted as KubeObject & { readonly status?: unknown };
  const { status: _, ...rest } = current as KubeObject & { readonly status?: unknown };
  const { metadata } = wanted;
  return { ...rest, metadata, ...(status !== undefined && { status }) } as KubeObject;
}

/** The target as managedFields name it. */
export function writtenThrough({ subresource: _, ...target }: Target, through: string | undefined): Target {
  return through === undefined ? target : { ...target, subresource: through };
}

export function writerOf(
  { resource, subresource }: Target,
  { fieldManager }: Caller,
  operation: Writer["operation"],
): Writer {
  const apiVersion = apiVersionOf(resource);
  return { name: fieldManager, operation, apiVersion, ...(subresource !== undefined && { subresource }) };
}

const STATUS: FieldSet = { "f:status": LEAF };

/** A built-in kind takes labels and annotations along with its status. */
const METADATA_BESIDE_STATUS: FieldSet = {
  "f:generateName": LEAF,
  "f:ownerReferences": LEAF,
  "f:finalizers": LEAF,
  "f:deletionTimestamp": LEAF,
  "f:deletionGracePeriodSeconds": LEAF,
};

/** What a write through this endpoint cannot change, and so cannot own (Kubernetes: reset fields). */
export function resetFields({ resource, subresource }: Target): FieldSet {
  if (subresource !== "status") return resource.subresources.includes("status") ? STATUS : EMPTY_SET;
  const others = Object.keys(resource.schema.properties ?? {}).filter((name) => name !== "status");
  const metadata = resource.isCustom ? LEAF : METADATA_BESIDE_STATUS;
  return { ...Object.fromEntries(others.map((name) => [`f:${name}`, LEAF])), "f:metadata": metadata };
}

/** The versions of a resource that are served now. */
export function kindVersions({ registry }: ApiGround, resource: ServedResource): KindVersions {
  const servedAs = (apiVersion: string): ServedResource | undefined => {
    if (apiVersion === apiVersionOf(resource)) return resource;
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const found = registry.find(group, version, resource.plural);
    return found?.storageKey === resource.storageKey ? found : undefined;
  };
  return {
    typeOf(apiVersion) {
      const served = servedAs(apiVersion);
      return served && fieldTypeOf(served);
    },
    convert(object, apiVersion) {
      if (object.apiVersion === apiVersion) return object;
      const from = servedAs(object.apiVersion);
      const to = servedAs(apiVersion);
      if (!from || !to) return object;
      const stored = asStored(from, object);
      return to.strategy.fromStored?.(stored) ?? { ...stored, apiVersion };
    },
  };
}

/** The object with these owners, or with none. */
export function withOwners(object: KubeObject, owners: Owners): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: owners.length === 0 ? metadata : { ...metadata, managedFields: owners },
  };
}

export function withoutOwners(object: KubeObject): KubeObject {
  return object.metadata.managedFields === undefined ? object : withOwners(object, []);
}
