import { parseQuantity } from "@heliostat/kube";
import type { Engine } from "../drivers/kind-driver.ts";
import { listOf, partOf } from "../drivers/read-object.ts";
import { canonicalQuantity } from "./canonical-quantity.ts";
import type { Amount, HardwareTier } from "./hardware-tier.ts";

/** What a laptop offers when nobody says otherwise. */
export const LAPTOP_TIERS: readonly HardwareTier[] = [
  laptopTier("Small", "1", "2Gi"),
  laptopTier("Medium", "2", "4Gi"),
  laptopTier("Large", "4", "8Gi"),
];

const ENGINES: readonly Engine[] = ["ray", "dask", "spark", "mpi"];

/**
 * Hardware tiers from the content of a file:
 *
 * ```yaml
 * tiers:
 *   - { id: small, name: Small, requests: { cpu: 1, memory: 2Gi }, limits: { memory: 2Gi }, nodePool: default }
 *   - { id: gpu, name: Gpu, requests: { cpu: 4, memory: 16Gi, nvidia.com/gpu: 1 }, restrictedTo: [ray] }
 * ```
 *
 * @throws Error naming the tier and the field
 */
export function tiersFromFile(content: unknown): readonly HardwareTier[] {
  const tiers = listOf(partOf(content)?.["tiers"]).map(tierFrom);
  if (tiers.length === 0)
    throw new Error('Cannot use the hardware tiers: "tiers" must be a list of at least one');
  return tiers;
}

function tierFrom(value: unknown, index: number): HardwareTier {
  const place = `tiers[${index}]`;
  const { id, name, nodePool, requests, limits, restrictedTo = [] } = partOf(value) ?? {};
  if (typeof name !== "string" || name === "") throw unusable(place, '"name" must be a text');
  const amounts = { requests: amountFrom(requests, place), limits: amountFrom(limits ?? {}, place) };
  if (amounts.requests["cpu"] === undefined || amounts.requests["memory"] === undefined)
    throw unusable(place, '"requests" must have cpu and memory');
  if (!areWithin(amounts.requests, amounts.limits)) throw unusable(place, "a limit is below its request");
  const engines = listOf(restrictedTo).filter((each): each is Engine => ENGINES.includes(each as Engine));
  if (engines.length !== listOf(restrictedTo).length)
    throw unusable(place, `"restrictedTo" must be of ${ENGINES.join(", ")}`);
  return {
    id: typeof id === "string" && id !== "" ? id : name,
    name,
    ...(typeof nodePool === "string" && nodePool !== "" && { nodePool }),
    ...amounts,
    restrictedTo: engines,
    source: value,
  };
}

/** Whether no limit is below its request. */
export function areWithin(requests: Amount, limits: Amount): boolean {
  return Object.entries(limits).every(
    ([name, limit]) => (parseQuantity(requests[name] ?? 0) ?? 0) <= (parseQuantity(limit) ?? 0),
  );
}

function amountFrom(value: unknown, place: string): Amount {
  const part = partOf(value);
  if (!part) throw unusable(place, '"requests" and "limits" must be maps');
  return Object.fromEntries(
    Object.entries(part).map(([name, text]) => {
      const quantity = canonicalQuantity(text);
      if (quantity === undefined) throw unusable(place, `"${name}" is no quantity`);
      return [name, quantity];
    }),
  );
}

function unusable(place: string, why: string): Error {
  return new Error(`Cannot use the hardware tiers: ${place}: ${why}`);
}

function laptopTier(name: string, cpu: string, memory: string): HardwareTier {
  const tier = { id: name.toLowerCase(), name, requests: { cpu, memory }, limits: { memory } };
  return { ...tier, restrictedTo: [], source: tier };
}
