import type { KubeObject, ObjectName } from "./object.ts";

/**
 * One resource of the API: how a kind is spelled in URLs and objects.
 *
 * `T` is the type of its objects; it exists for the compiler only.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** The API group; `""` is the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: T["kind"];
  readonly isNamespaced: boolean;
}

/** A namespaced resource; `apiVersion` as objects write it (`v1`, `apps/v1`). */
export function namespaced<T extends KubeObject>(
  apiVersion: T["apiVersion"],
  kind: T["kind"],
  plural: string,
): Resource<T> {
  return { ...groupVersion(apiVersion), kind, plural, isNamespaced: true };
}

/** A cluster-scoped resource; `apiVersion` as objects write it. */
export function clusterScoped<T extends KubeObject>(
  apiVersion: T["apiVersion"],
  kind: T["kind"],
  plural: string,
): Resource<T> {
  return { ...groupVersion(apiVersion), kind, plural, isNamespaced: false };
}

/** Split `group/version`; the core group has no slash. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/** `apiVersion` of a resource's objects. */
export function apiVersionOf({ group, version }: Pick<Resource, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** `pods`, `deployments.apps`: how messages and RBAC name a resource. */
export function groupResource({ group, plural }: Pick<Resource, "group" | "plural">): string {
  return group === "" ? plural : `${plural}.${group}`;
}

/** The URL path of a collection, or of one object when `where` has a name. */
export function pathOf(resource: Resource, where: Partial<ObjectName> = {}): string {
  const { group, version, plural, isNamespaced } = resource;
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = isNamespaced && where.namespace ? `/namespaces/${where.namespace}` : "";
  return `${base}${scope}/${plural}${where.name ? `/${where.name}` : ""}`;
}
