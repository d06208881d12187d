import { isLabelValue, isQualifiedName } from "@heliostat/kube";
import type { Engine } from "../drivers/kind-driver.ts";
import { listOf, type Part, partOf } from "../drivers/read-object.ts";
import { canonicalQuantity, memoryQuantity } from "./canonical-quantity.ts";
import type { Amount, HardwareTier } from "./hardware-tier.ts";
import { areWithin } from "./tier-file.ts";

const DEFAULT_GPU = "nvidia.com/gpu";

const RESTRICTIONS: readonly (readonly [string, Engine])[] = [
  ["restrictToSpark", "spark"],
  ["restrictToRay", "ray"],
  ["restrictToDask", "dask"],
  ["restrictToMpi", "mpi"],
];

/**
 * Hardware tiers as Domino lists them, in every form that it has had: `{"hardwareTiers": […]}` or the list alone, sizes
 * under `hwtResources`, `resources` or on the tier itself.
 *
 * A tier whose sizes are no quantities is left out: nothing of another system's answer is written unchecked.
 */
export function tiersFromDomino(answer: unknown): readonly HardwareTier[] {
  const listed = Array.isArray(answer) ? answer : listOf(partOf(answer)?.["hardwareTiers"]);
  return listed.flatMap((each) => tierFrom(partOf(each)) ?? []);
}

function tierFrom(tier: Part | undefined): HardwareTier | undefined {
  const { id, name, nodePool } = tier ?? {};
  if (!tier || typeof name !== "string" || name === "") return undefined;
  const sizes = partOf(tier["hwtResources"]) ?? partOf(tier["resources"]) ?? tier;
  const gpus = gpusOf(partOf(tier["gpuConfiguration"]));
  const base = amountOf({ cpu: canonicalQuantity(sizes["cores"]), memory: memoryOf(sizes["memory"]) });
  const most = amountOf({
    cpu: canonicalQuantity(sizes["coresLimit"]),
    memory: memoryOf(sizes["memoryLimit"]),
  });
  if (base["cpu"] === undefined || base["memory"] === undefined || !areWithin(base, most)) return undefined;
  return {
    id: typeof id === "string" && isLabelValue(id) ? id : "",
    name,
    ...(typeof nodePool === "string" && nodePool !== "" && isLabelValue(nodePool) && { nodePool }),
    requests: { ...base, ...gpus },
    limits: { ...most, ...gpus },
    restrictedTo: restrictionsOf(partOf(tier["computeClusterRestrictions"])),
    source: tier,
  };
}

function amountOf(quantities: Readonly<Record<string, string | undefined>>): Amount {
  return Object.fromEntries(
    Object.entries(quantities).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** `{value, unit}`, in the public API `{value, units}`; bare numbers of very old tiers are GiB. */
function memoryOf(memory: unknown): string | undefined {
  if (typeof memory === "number") return memoryQuantity(memory, "GiB");
  const { value, unit, units } = partOf(memory) ?? {};
  return memoryQuantity(value, unit ?? units);
}

function gpusOf(gpu: Part | undefined): Amount {
  const { numberOfGpus, gpuKey } = gpu ?? {};
  if (!Number.isInteger(numberOfGpus) || (numberOfGpus as number) < 1) return {};
  const key = typeof gpuKey === "string" && isQualifiedName(gpuKey) ? gpuKey : DEFAULT_GPU;
  return { [key]: String(numberOfGpus) };
}

function restrictionsOf(restrictions: Part | undefined): readonly Engine[] {
  return RESTRICTIONS.filter(([flag]) => restrictions?.[flag] === true).map(([, engine]) => engine);
}
