import { apiVersionOf, type KubeObject } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { unstored } from "../store/stored-revision.ts";
import type { StoredObject } from "./kube-api.ts";

const served = new WeakMap<StoredObject, Map<string, StoredObject>>();

/** A stored object as `resource` shows it. Most are stored that way; what differs is converted once a revision. */
export function asServed(resource: ServedResource, stored: StoredObject): StoredObject {
  const apiVersion = apiVersionOf(resource);
  if (stored.object.apiVersion === apiVersion) return stored;
  const known = served.get(stored)?.get(apiVersion);
  if (known) return known;
  const object = resource.strategy.fromStored?.(stored.object) ?? { ...stored.object, apiVersion };
  const converted = unstored(object);
  const versions = served.get(stored) ?? new Map<string, StoredObject>();
  served.set(stored, versions.set(apiVersion, converted));
  return converted;
}

/** An object of `resource` in the form that the store keeps. */
export function asStored(resource: ServedResource, object: KubeObject): KubeObject {
  if (resource.strategy.toStored) return resource.strategy.toStored(object);
  const apiVersion = apiVersionOf({ group: resource.group, version: resource.storageVersion });
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
