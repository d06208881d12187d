import type { NodeView } from "./node-view.ts";

/** Why the neighbours of a node's place, and not the node itself, keep a pod from it; `undefined` when they do not. */
export type PlacementRule = (view: NodeView) => string | undefined;

/** By namespace. */
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The value of a topology label at a node's place. */
export function placeOf({ node }: NodeView, topologyKey: string): string | undefined {
  return node.metadata.labels?.[topologyKey];
}
