import { isKubeError, type KubeObject } from "@heliostat/kube";
import type { StoredReference } from "../../access/bearer-tokens.ts";
import type { KubeApi } from "../../api/kube-api.ts";
import type { ResourceRegistry } from "../../registry/registry.ts";

/** The object that a token stands on, asked of the API; `undefined` when it is not there. */
export async function storedObject(
  { api, registry }: { readonly api: KubeApi; readonly registry: ResourceRegistry },
  { plural, namespace, name }: StoredReference,
): Promise<KubeObject | undefined> {
  const resource = registry.find("", "v1", plural);
  if (!resource) return undefined;
  try {
    return (await api.get({ resource, name, ...(namespace !== undefined && { namespace }) })).object;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}
