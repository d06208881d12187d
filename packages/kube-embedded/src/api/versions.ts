import { apiVersionOf, type KubeObject } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { unstored } from "../store/stored-revision.ts";
import type { StoredObject } from "./kube-api.ts";

/** By the resource that shows it: a definition that changes becomes another resource. */
const served = new WeakMap<ServedResource, WeakMap<StoredObject, StoredObject>>();

/** A stored object as `resource` shows it. Most are stored that way; what differs is converted once a revision. */
export function asServed(resource: ServedResource, stored: StoredObject): StoredObject {
  const isOwnVersion = stored.object.apiVersion === apiVersionOf(resource);
  if (isOwnVersion && !resource.strategy.completed) return stored;
  const ofResource = served.get(resource) ?? new WeakMap<StoredObject, StoredObject>();
  const known = ofResource.get(stored);
  if (known) return known;
  const object = isOwnVersion ? completed(resource, stored) : converted(resource, stored);
  const shown = object === stored.object ? stored : unstored(object);
  served.set(resource, ofResource.set(stored, shown));
  return shown;
}

function completed({ strategy }: ServedResource, { object }: StoredObject): KubeObject {
  return strategy.completed?.(object) ?? object;
}

function converted(resource: ServedResource, { object }: StoredObject): KubeObject {
  return resource.strategy.fromStored?.(object) ?? { ...object, apiVersion: apiVersionOf(resource) };
}

/** An object of `resource` in the form that the store keeps. */
export function asStored(resource: ServedResource, object: KubeObject): KubeObject {
  if (resource.strategy.toStored) return resource.strategy.toStored(object);
  const apiVersion = apiVersionOf({ group: resource.group, version: resource.storageVersion });
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}
