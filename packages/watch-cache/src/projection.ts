import type { KubeObject } from "@heliostat/kube";

/**
 * A transform for an informer that keeps some fields of each object and lets the rest go: `projection(["status.phase",
 * "spec.containers.resources"])`. A path goes on into each item of a list; where a name has dots of its own, the path is
 * given as the list of its names. Kind, version and identity are always kept.
 *
 * The result says that it is a `T`; whoever asks for a projection knows which fields of it there are.
 */
export function projection<T extends KubeObject>(fields: readonly FieldPath[]): (object: T) => T {
  const paths = [...IDENTITY, ...fields].map((path) => (typeof path === "string" ? path.split(".") : path));
  const root = treeOf(paths);
  return (object) => kept(object, root) as T;
}

/** `status.phase`, or `["metadata", "labels", "app.kubernetes.io/name"]`. */
export type FieldPath = string | readonly string[];

const IDENTITY: readonly string[] = ["apiVersion", "kind"].concat(
  ["name", "namespace", "uid", "resourceVersion"].map((field) => `metadata.${field}`),
);

/** What is kept below a field; an empty tree keeps all of it. */
interface Tree {
  readonly [field: string]: Tree;
}

function treeOf(paths: readonly (readonly string[])[]): Tree {
  const firsts = new Set(paths.flatMap(([first]) => first ?? []));
  return Object.fromEntries(
    [...firsts].map((first) => {
      const rest = paths.filter((path) => path[0] === first).map((path) => path.slice(1));
      return [first, rest.some((path) => path.length === 0) ? {} : treeOf(rest)];
    }),
  );
}

function kept(value: unknown, tree: Tree): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => kept(item, tree));
  const fields = Object.keys(tree);
  if (fields.length === 0) return value;
  const members = value as Readonly<Record<string, unknown>>;
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const member = members[field];
    const below = tree[field];
    if (member !== undefined && below !== undefined) result[field] = kept(member, below);
  }
  return result;
}
