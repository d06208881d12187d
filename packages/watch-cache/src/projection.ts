import type { KubeObject } from "@heliostat/kube";

/**
 * A transform for an informer that keeps some fields of each object and lets the rest go: `projection(["status.phase",
 * "spec.containers.resources"])`. A path goes on into each item of a list. Kind, version and identity are always kept.
 *
 * The result says that it is a `T`; whoever asks for a projection knows which fields of it there are.
 */
export function projection<T extends KubeObject>(fields: readonly string[]): (object: T) => T {
  const root = treeOf([...IDENTITY, ...fields]);
  return (object) => kept(object, root) as T;
}

const IDENTITY: readonly string[] = ["apiVersion", "kind"].concat(
  ["name", "namespace", "uid", "resourceVersion"].map((field) => `metadata.${field}`),
);

/** What is kept below a field; an empty tree keeps all of it. */
interface Tree {
  readonly [field: string]: Tree;
}

function treeOf(paths: readonly string[]): Tree {
  const firsts = new Set(paths.map((path) => path.split(".", 1)[0] ?? ""));
  return Object.fromEntries(
    [...firsts].map((first) => {
      const group = paths.filter((path) => path === first || path.startsWith(`${first}.`));
      const rest = group.map((path) => path.slice(first.length + 1));
      return [first, rest.includes("") ? {} : treeOf(rest)];
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
