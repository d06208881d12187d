import { KubeError, type ManagedFieldsEntry } from "@heliostat/kube";
import type { FieldSet } from "./field-set.ts";
import { printedPaths } from "./path-element.ts";

/** Fields that an applier would change and somebody else owns. */
export interface Conflict {
  readonly owner: ManagedFieldsEntry;
  readonly fields: FieldSet;
}

/** The answer to an apply that meets other owners, in Kubernetes' words: kubectl prints and clients match them. */
export function conflictError(conflicts: readonly Conflict[]): KubeError {
  const found = conflicts
    .map(({ owner, fields }) => ({ owner: printedOwner(owner), paths: printedPaths(fields) }))
    .sort((left, right) => (left.owner < right.owner ? -1 : 1));
  const causes = found.flatMap(({ owner, paths }) =>
    paths.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${owner}`, field })),
  );
  return new KubeError("Conflict", message(found, causes.length), { causes });
}

function message(
  found: readonly { readonly owner: string; readonly paths: readonly string[] }[],
  count: number,
): string {
  const [first] = found;
  if (count === 1 && first !== undefined)
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.paths[0]}`;
  const lines = found.flatMap(({ owner, paths }) => [
    `conflicts with ${owner}:`,
    ...paths.map((path) => `- ${path}`),
  ]);
  return `Apply failed with ${count} conflicts: ${lines.join("\n")}`;
}

function printedOwner({ manager = "", operation, apiVersion, subresource }: ManagedFieldsEntry): string {
  const through = subresource ? ` with subresource ${JSON.stringify(subresource)}` : "";
  const using = operation === "Update" ? ` using ${apiVersion}` : "";
  return `${JSON.stringify(manager)}${through}${using}`;
}
