import type { PersistentVolumeClaim, Pod, Service } from "../../gen/types.ts";
import type { KubeObject } from "../object.ts";
import { type Amounts, amountsOf, podAmounts } from "../pod-resources.ts";
import { groupResource, type Resource } from "../resource.ts";

/** What an object takes of a ResourceQuota, under the names that quotas have for it (Kubernetes' quota evaluators). */
export function quotaUsage(resource: Pick<Resource, "group" | "plural">, object: KubeObject): Amounts {
  const name = groupResource(resource);
  const counted = COUNTED_BY_PLURAL.has(name) ? [[name, 1] as const] : [];
  return new Map([[`count/${name}`, 1], ...counted, ...(FURTHER[name]?.(object) ?? [])]);
}

/** Counted as `services` besides `count/services`. Pods are too, but only while they have not ended. */
const COUNTED_BY_PLURAL: ReadonlySet<string> = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

const FURTHER: Readonly<Record<string, (object: KubeObject) => Amounts>> = {
  pods: (object) => podUsage(object as Pod),
  services: (object) => serviceUsage(object as Service),
  persistentvolumeclaims: (object) => claimUsage(object as PersistentVolumeClaim),
};

/** Also without the prefix `requests.` (Kubernetes convention). */
const PLAIN_NAMES: ReadonlySet<string> = new Set(["cpu", "memory", "ephemeral-storage"]);

function podUsage(pod: Pod): Amounts {
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") return new Map();
  const requests = [...podAmounts(pod, "requests")];
  const limits = [...podAmounts(pod, "limits")].filter(([name]) => PLAIN_NAMES.has(name));
  return new Map([
    ["pods", 1],
    ...requests.filter(([name]) => PLAIN_NAMES.has(name)),
    ...requests.map(([name, amount]) => [`requests.${name}`, amount] as const),
    ...limits.map(([name, amount]) => [`limits.${name}`, amount] as const),
  ]);
}

function serviceUsage({ spec = {} }: Service): Amounts {
  const ports = spec.ports?.length ?? 0;
  const isBalanced = spec.type === "LoadBalancer";
  const hasNodePorts =
    spec.type === "NodePort" || (isBalanced && spec.allocateLoadBalancerNodePorts !== false);
  return new Map([
    ["services.nodeports", hasNodePorts ? ports : 0],
    ["services.loadbalancers", isBalanced ? 1 : 0],
  ]);
}

function claimUsage({ spec = {} }: PersistentVolumeClaim): Amounts {
  const storage = amountsOf(spec.resources?.requests).get("storage") ?? 0;
  const prefix = `${spec.storageClassName}.storageclass.storage.k8s.io`;
  return new Map([
    ["requests.storage", storage],
    ...(spec.storageClassName
      ? ([
          [`${prefix}/requests.storage`, storage],
          [`${prefix}/persistentvolumeclaims`, 1],
        ] as const)
      : []),
  ]);
}
