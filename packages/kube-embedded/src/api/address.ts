import { keyOf } from "@heliostat/kube";
import type { Address } from "../store/address.ts";
import type { StoredRevision } from "../store/stored-revision.ts";
import type { ApiGround } from "./api-ground.ts";
import type { Target } from "./kube-api.ts";
import { badRequest, notFound } from "./refusals.ts";

/** Where the object that `target` names is stored. */
export function addressOf({ resource, namespace = "", name = "" }: Target): Address {
  if (resource.isNamespaced && namespace === "")
    throw badRequest("an empty namespace may not be set when a resource name is provided");
  const where = resource.isNamespaced ? { name, namespace } : { name };
  return { storageKey: resource.storageKey, key: keyOf(where) };
}

/** What a read shows. @throws KubeError `NotFound` */
export function visibleAt(ground: ApiGround, target: Target): StoredRevision {
  const stored = ground.store.visible(addressOf(target));
  if (!stored) throw notFound(target.resource, target.name ?? "");
  return stored;
}

/** What a write builds upon. @throws KubeError `NotFound` */
export function storedAt(ground: ApiGround, target: Target): StoredRevision {
  const stored = ground.store.get(addressOf(target));
  if (!stored) throw notFound(target.resource, target.name ?? "");
  return stored;
}

/** What the keys of a collection begin with: all of them, or those of one namespace. */
export function prefixOf({ resource, namespace }: Target): string {
  return resource.isNamespaced && namespace ? `${namespace}/` : "";
}
