import type { Container, Pod } from "@heliostat/kube";
import { parseQuantity } from "@heliostat/kube";

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const COMPUTE = ["cpu", "memory"] as const;

/** The pod's quality of service: how exactly it says what it needs (Kubernetes rule). */
export function qosClass(pod: Pod): QosClass {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  if (containers.every(asksForNothing)) return "BestEffort";
  return containers.every(asksForItsLimit) ? "Guaranteed" : "Burstable";
}

function asksForNothing({ resources = {} }: Container): boolean {
  return COMPUTE.every((name) => isNone(resources.requests?.[name]) && isNone(resources.limits?.[name]));
}

function asksForItsLimit({ resources = {} }: Container): boolean {
  return COMPUTE.every((name) => {
    const limit = resources.limits?.[name];
    const request = resources.requests?.[name] ?? limit;
    return !isNone(limit) && parseQuantity(request ?? 0) === parseQuantity(limit ?? 0);
  });
}

function isNone(quantity: string | number | undefined): boolean {
  return quantity === undefined || (parseQuantity(quantity) ?? 0) === 0;
}
