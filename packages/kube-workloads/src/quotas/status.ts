import {
  type Amounts,
  isInQuotaScope,
  type KubeObject,
  quantitiesOf,
  quotaUsage,
  type Resource,
  type ResourceQuota,
  type ResourceQuotaStatus,
  summedAmounts,
} from "@heliostat/kube";

/** The objects of a quota's namespace, by resource: those that it limits. */
export interface QuotaView {
  readonly quota: ResourceQuota;
  readonly objects: readonly { readonly resource: Resource; readonly items: readonly KubeObject[] }[];
}

/** How much of a quota is used, counted afresh. */
export function quotaStatus({ quota, objects }: QuotaView): ResourceQuotaStatus {
  const hard = quota.spec?.hard ?? {};
  const usages = objects.flatMap(({ resource, items }) =>
    items.filter((item) => isInQuotaScope(quota, resource, item)).map((item) => quotaUsage(resource, item)),
  );
  const used = summedAmounts(usages);
  const limited: Amounts = new Map(Object.keys(hard).map((name) => [name, used.get(name) ?? 0]));
  return { hard, used: quantitiesOf(limited) };
}

/** Which of `resources` a quota limits in one way or another. */
export function limitedResources(
  { spec }: ResourceQuota,
  resources: readonly Resource[],
): readonly Resource[] {
  const names = Object.keys(spec?.hard ?? {}).map(limitedBy);
  return resources.filter(({ group, plural }) =>
    names.includes(group === "" ? plural : `${plural}.${group}`),
  );
}

/** `count/jobs.batch` is about jobs, `services.nodeports` about services, `requests.cpu` about pods. */
function limitedBy(name: string): string {
  if (name.startsWith("count/")) return name.slice("count/".length);
  if (name.endsWith("requests.storage") || name.endsWith("persistentvolumeclaims"))
    return "persistentvolumeclaims";
  const [plural = ""] = name.split(".");
  return PLAIN.has(plural) ? plural : "pods";
}

const PLAIN: ReadonlySet<string> = new Set([
  "configmaps",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);
