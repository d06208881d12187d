import {
  type Amounts,
  amountsOf,
  isInQuotaScope,
  type KubeError,
  type Pod,
  quantitiesOf,
  quotaUsage,
  type ResourceQuota,
  summedAmounts,
} from "@heliostat/kube";
import type { ObjectStore } from "../../store/object-store.ts";
import { forbidden } from "../refusals.ts";
import type { AdmissionPlugin, AdmittedWrite, Consequence } from "./admission-plugin.ts";

const QUOTAS = "/resourcequotas";

/**
 * Refuses what is more than a ResourceQuota of its namespace leaves, and charges the quota for the rest (Kubernetes:
 * `ResourceQuota`). What is used already stands in the quota's status, which its controller keeps.
 */
export const quotaAdmission: AdmissionPlugin = {
  admit(candidate) {
    const { resource, object, stored, store } = candidate;
    if (isFree(candidate)) return undefined;
    const quotas = quotasOf(candidate).filter((quota) => isInQuotaScope(quota, resource, object));
    if (quotas.length === 0) return undefined;
    const usage = growth(quotaUsage(resource, object), stored && quotaUsage(resource, stored));
    if (!stored) for (const quota of quotas) assertSpecified(candidate, quota);
    const charges = quotas
      .map((quota) => ({ quota, asked: maskedBy(usage, quota) }))
      .filter(({ asked }) => asked.size > 0);
    for (const { quota, asked } of charges) assertLeft(candidate, quota, asked);
    return charges.length === 0 ? undefined : charging(store, charges);
  },
};

/** Whether the write takes nothing of any quota: a change of a kind that cannot grow, or of a status. */
function isFree({ resource, stored, subresource }: AdmittedWrite): boolean {
  return stored !== undefined && (subresource === "status" || !GROWING.has(resource.storageKey));
}

/** Kinds whose objects may take more later than they took at first (Kubernetes' quota evaluators). */
const GROWING: ReadonlySet<string> = new Set(["/pods", "/services", "/persistentvolumeclaims"]);

/** What is more than before. What is less is given back by the quota's controller. */
function growth(now: Amounts, before: Amounts = new Map()): Amounts {
  const more = [...now].map(([name, amount]) => [name, amount - (before.get(name) ?? 0)] as const);
  return new Map(before.size === 0 ? now : more.filter(([, amount]) => amount > 0));
}

interface Charge {
  readonly quota: ResourceQuota;
  /** Of what the quota limits, as much as the object takes. */
  readonly asked: Amounts;
}

function quotasOf({ store, object }: AdmittedWrite): readonly ResourceQuota[] {
  const { namespace } = object.metadata;
  const { size } = store.collection(QUOTAS);
  if (namespace === undefined || size === 0) return [];
  return [...store.newestBelow(QUOTAS, `${namespace}/`)].map((stored) => stored.object as ResourceQuota);
}

function maskedBy(usage: Amounts, { spec }: ResourceQuota): Amounts {
  return new Map([...usage].filter(([name]) => spec?.hard?.[name] !== undefined));
}

/** What a quota limits must be said by every container of a pod (Kubernetes' rule). */
function assertSpecified({ resource, object }: AdmittedWrite, quota: ResourceQuota): void {
  if (resource.storageKey !== "/pods") return;
  const { spec } = object as Pod;
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const gaps = Object.keys(quota.spec?.hard ?? {})
    .filter((name) => NEEDED.has(name))
    .sort()
    .flatMap((name) => {
      const lacking = containers.filter(({ resources = {} }) => !says(resources, name));
      return lacking.length === 0 ? [] : [`${name} for: ${lacking.map((each) => each.name).join(",")}`];
    });
  if (gaps.length === 0) return;
  throw refusal(
    { resource, object },
    `failed quota: ${quota.metadata.name}: must specify ${gaps.join("; ")}`,
  );
}

const NEEDED: ReadonlySet<string> = new Set([
  "cpu",
  "memory",
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
]);

function says({ requests = {}, limits = {} }: Resources, quotaName: string): boolean {
  const [, kind = "requests", name = quotaName] = /^(requests|limits)\.(.+)$/.exec(quotaName) ?? [];
  return (kind === "limits" ? limits : requests)[name] !== undefined;
}

interface Resources {
  readonly requests?: Readonly<Record<string, string | number>>;
  readonly limits?: Readonly<Record<string, string | number>>;
}

function assertLeft({ resource, object }: AdmittedWrite, quota: ResourceQuota, asked: Amounts): void {
  const { name } = quota.metadata;
  const hard = amountsOf(quota.status?.hard);
  const used = amountsOf(quota.status?.used);
  const unknown = [...asked.keys()].filter((key) => !hard.has(key) || !used.has(key));
  if (unknown.length > 0) {
    const message = `status unknown for quota: ${name}, resources: ${unknown.sort().join(",")}`;
    throw refusal({ resource, object }, message);
  }
  const exceeded = [...asked].filter(
    ([key, amount]) => amount > 0 && (used.get(key) ?? 0) + amount > (hard.get(key) ?? 0),
  );
  if (exceeded.length === 0) return;
  const of = (amounts: Amounts): string =>
    amountsText(new Map(exceeded.map(([key]) => [key, amounts.get(key) ?? 0])));
  const message = `exceeded quota: ${name}, requested: ${of(asked)}, used: ${of(used)}, limited: ${of(hard)}`;
  throw refusal({ resource, object }, message);
}

function amountsText(amounts: Amounts): string {
  return Object.entries(quantitiesOf(amounts))
    .map(([name, quantity]) => `${name}=${quantity}`)
    .sort()
    .join(",");
}

function refusal(
  { resource, object }: Pick<AdmittedWrite, "resource" | "object">,
  because: string,
): KubeError {
  return forbidden(resource, object.metadata.name, because);
}

/** Quota and object change in one breath: two creates never share what is left for one. */
function charging(store: ObjectStore, charges: readonly Charge[]): Consequence {
  return () => {
    for (const { quota, asked } of charges) {
      const { status = {}, metadata } = quota;
      const address = { storageKey: QUOTAS, key: `${metadata.namespace}/${metadata.name}` };
      const used = { ...status.used, ...quantitiesOf(sumOfKnown(status.used, asked)) };
      const charged: ResourceQuota = { ...quota, status: { ...status, used } };
      store.put(address, charged, store.get(address)?.revision);
    }
  };
}

function sumOfKnown(used: Readonly<Record<string, string | number>> = {}, asked: Amounts): Amounts {
  const before = amountsOf(used);
  return summedAmounts([new Map([...before].filter(([name]) => asked.has(name))), asked]);
}
