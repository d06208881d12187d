import { type Json, type JsonPatchOperation, parseQuantity } from "@heliostat/kube";
import type { PlacedValue, Resources, TierPlace } from "../drivers/kind-driver.ts";
import { LABEL, NODE_POOL } from "../vocabulary.ts";
import type { Amount, HardwareTier } from "./hardware-tier.ts";

/**
 * What gives a role the size of a tier: everything that tiers decide is replaced, so that nothing of the former one
 * stays, and everything else is kept.
 */
export function tierOperations(tier: HardwareTier, place: TierPlace): readonly JsonPatchOperation[] {
  const { labels, nodeSelector, resources, workerMemory } = place;
  return [
    ...place.missing.map((path): JsonPatchOperation => ({ op: "add", path, value: {} })),
    ...(labels ? replaced(labels, withEntry(labels.value, LABEL.hardwareTier, tier.id || undefined)) : []),
    ...replaced(nodeSelector, withEntry(nodeSelector.value, NODE_POOL, tier.nodePool)),
    ...replaced(resources, sized(resources.value ?? {}, tier)),
    ...(workerMemory ? replaced(workerMemory, sparkMemory(tier)) : []),
  ];
}

function replaced<T>({ at, value: before }: PlacedValue<T>, after: T): readonly JsonPatchOperation[] {
  return JSON.stringify(before) === JSON.stringify(after)
    ? []
    : [{ op: "add", path: at, value: after as Json }];
}

function withEntry(
  before: Readonly<Record<string, string>> | undefined,
  key: string,
  value: string | undefined,
): Readonly<Record<string, string>> {
  const { [key]: _, ...others } = before ?? {};
  return value === undefined ? others : { ...others, [key]: value };
}

function sized(before: Resources, { requests, limits }: HardwareTier): Resources {
  const tierKeys = new Set([...Object.keys(requests), ...Object.keys(limits)]);
  const isOthers = (key: string): boolean => !tierKeys.has(key) && !isSizeKey(key);
  const { requests: _, limits: __, ...rest } = before;
  return {
    ...rest,
    requests: { ...kept(before.requests, isOthers), ...requests },
    limits: { ...kept(before.limits, isOthers), ...limits },
  };
}

/** Whether tiers decide about this resource: CPU, memory, and anything that is a GPU or a slice of one. */
function isSizeKey(key: string): boolean {
  return key === "cpu" || key === "memory" || key.endsWith("/gpu") || key.startsWith("nvidia.com/");
}

function kept(
  amounts: Readonly<Record<string, string | number>> | undefined,
  isKept: (key: string) => boolean,
): Readonly<Record<string, string | number>> {
  return Object.fromEntries(Object.entries(amounts ?? {}).filter(([key]) => isKept(key)));
}

const MIB = 2 ** 20;
/** What a worker's own process needs beside what it offers (Spark: memory overhead). */
const OVERHEAD_MIN_BYTES = 384 * MIB;
const OVERHEAD_SHARE = 0.1;

/** What a Spark worker may offer of the tier's memory, in MiB, as Spark and Kubernetes both can read it. */
function sparkMemory({ requests, limits }: HardwareTier): string {
  const bytes = memoryBytes(limits) ?? memoryBytes(requests) ?? 0;
  const offered = bytes - Math.max(OVERHEAD_MIN_BYTES, bytes * OVERHEAD_SHARE);
  // A tier smaller than the overhead still has a worker, of half its size.
  return `${Math.max(1, Math.floor((offered > 0 ? offered : bytes / 2) / MIB))}m`;
}

function memoryBytes(amount: Amount): number | undefined {
  const { memory } = amount;
  return memory === undefined ? undefined : parseQuantity(memory);
}
