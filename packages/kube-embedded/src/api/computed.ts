import type { KubeObject } from "@heliostat/kube";
import { unstored } from "../store/stored-revision.ts";
import type { ApiListOptions, StoredList, StoredObject, Target } from "./kube-api.ts";
import { notFound } from "./refusals.ts";
import { selectionOf } from "./selection.ts";

/** An object of a kind that is never stored. @throws KubeError `NotFound` */
export async function getComputed(target: Target): Promise<StoredObject> {
  const { resource, name = "" } = target;
  const found = (await objectsIn(target, target.namespace)).find(({ metadata }) => metadata.name === name);
  if (!found) throw notFound(resource, name);
  return unstored(found);
}

/** All of them that match, on one page. */
export async function listComputed(target: Target, options: ApiListOptions): Promise<StoredList> {
  const selection = selectionOf(target.resource, options);
  const items = (await objectsIn(target, target.namespace)).filter((object) => selection.matches(object));
  return { items: items.map(unstored), resourceVersion: "" };
}

async function objectsIn(
  { resource }: Target,
  namespace: string | undefined,
): Promise<readonly KubeObject[]> {
  const all = (await resource.computed?.()) ?? [];
  return namespace ? all.filter(({ metadata }) => metadata.namespace === namespace) : all;
}
