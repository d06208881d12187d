import {
  type Json,
  type KubeClient,
  type KubeObject,
  mergePatchBetween,
  nameOf,
  type Resource,
} from "@heliostat/kube";

/** An object with a status of its own. */
export interface WithStatus extends KubeObject {
  readonly status?: object;
}

/**
 * Make `status` the status of `object`, if it is not so already: a merge patch of what differs, which carries the uid
 * and resourceVersion of the object as it was seen. Whether something was written is returned.
 *
 * @throws KubeError `Conflict` when the object has changed meanwhile: plan afresh
 */
export async function patchStatus<T extends WithStatus>(
  resource: Resource<T>,
  object: T,
  { status, client }: { readonly status: NonNullable<T["status"]>; readonly client: KubeClient },
): Promise<boolean> {
  const change = mergePatchBetween(asJson(object.status ?? {}), asJson(status));
  if (change === undefined) return false;
  const { uid = "", resourceVersion = "" } = object.metadata;
  const body = { metadata: { uid, resourceVersion }, status: change };
  await client.patch(resource, nameOf(object), { subresource: "status", patch: { type: "merge", body } });
  return true;
}

/** What it will be on the wire: fields that are `undefined` are not there. */
function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
