import type { Engine } from "../drivers/kind-driver.ts";

/** The size of a pod, and where it may run, under a name. */
export interface HardwareTier {
  readonly id: string;
  readonly name: string;
  readonly nodePool?: string;
  readonly requests: Amount;
  readonly limits: Amount;
  /** The engines that may use it; empty means all. */
  readonly restrictedTo: readonly Engine[];
  /** As its source tells it. */
  readonly source: unknown;
}

/** Canonical Kubernetes quantities by resource name: `cpu`, `memory`, `nvidia.com/gpu`. */
export type Amount = Readonly<Record<string, string>>;

/** How a caller names a tier. */
export interface TierReference {
  readonly text: string;
  /** Whether `text` is to be taken as an id first. @default as a name first */
  readonly isId?: boolean;
}

/** The tier that is meant, by name and by id; names win unless the caller says id. */
export function tierNamed(
  tiers: readonly HardwareTier[],
  { text, isId = false }: TierReference,
): HardwareTier | undefined {
  const byId = tiers.find(({ id }) => id === text);
  const byName = tiers.find(({ name }) => name === text);
  return isId ? (byId ?? byName) : (byName ?? byId);
}

export function isTierFor({ restrictedTo }: HardwareTier, engine: Engine): boolean {
  return restrictedTo.length === 0 || restrictedTo.includes(engine);
}

/** In this order, and MPI so spelled: clients know the text (Domino scaler). */
const RESTRICTION_NAMES: readonly (readonly [Engine, string])[] = [
  ["spark", "sparkclusters"],
  ["ray", "rayclusters"],
  ["dask", "daskclusters"],
  ["mpi", "mpicluster"],
];

/** Why a kind may not use it, in the words that clients know. */
export function restrictionText({ name, restrictedTo }: HardwareTier): string {
  const names = RESTRICTION_NAMES.filter(([engine]) => restrictedTo.includes(engine)).map(
    ([, text]) => `'${text}'`,
  );
  return `Hardware tier '${name}' is restricted to [${names.join(", ")}]`;
}
