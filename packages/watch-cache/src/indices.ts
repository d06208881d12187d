import { type KubeObject, keyOf } from "@heliostat/kube";

/**
 * Another way to find objects. Two indices of the same name in one cache are taken to be the same one, so an index may
 * be made anew for each question.
 */
export interface Index<T extends KubeObject = KubeObject> {
  readonly name: string;
  /** The values under which `object` is found; none leaves it out. Must depend on `object` alone. */
  valuesOf(object: T): readonly string[];
}

/** By the value of a label, within a namespace: ask for `keyOf({ namespace, name: value })`. */
export function byLabel(label: string): Index {
  return { name: `label ${label}`, valuesOf: (object) => labelKeys(object, label) };
}

/** By the uid of each owner, controller or not. */
export const BY_OWNER_UID: Index = {
  name: "owner uid",
  valuesOf: ({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid),
};

/** By namespace; cluster-scoped objects are left out. */
export const BY_NAMESPACE: Index = {
  name: "namespace",
  valuesOf: ({ metadata }) => (metadata.namespace ? [metadata.namespace] : []),
};

function labelKeys({ metadata }: KubeObject, label: string): readonly string[] {
  const value = metadata.labels?.[label];
  if (value === undefined) return [];
  return [keyOf(metadata.namespace ? { namespace: metadata.namespace, name: value } : { name: value })];
}
