import type { ObjectMeta } from "../gen/types.ts";

/** Any Kubernetes object: what every kind has, and nothing of what only some have. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Where an object lives. Cluster-scoped objects have no namespace. */
export interface ObjectName {
  readonly name: string;
  readonly namespace?: string;
}

/** A plain JSON value, as it travels over the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The name under which `object` is found again. */
export function nameOf(object: KubeObject): ObjectName {
  const { name, namespace } = object.metadata;
  return namespace === undefined ? { name } : { name, namespace };
}

/** `namespace/name`, or `name` alone for a cluster-scoped object: the key of queues and stores. */
export function keyOf({ name, namespace }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The reverse of {@link keyOf}. */
export function nameFromKey(key: string): ObjectName {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Whether deletion has been asked for and the object only waits for its grace period or its finalizers. */
export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
