import { type Container, type Node, type Pod, parseQuantity } from "@heliostat/kube";

/** Amounts by resource name: cpu in thousandths, everything else in whole units. */
export type Amounts = ReadonlyMap<string, number>;

const NOTHING: Amounts = new Map();
/** Cached pods never change, and are asked for their requests at every choice of a node. */
const KNOWN = new WeakMap<Pod, Amounts>();

/** What a pod takes from its node (Kubernetes: `PodRequests`). */
export function requestsOf(pod: Pod): Amounts {
  const known = KNOWN.get(pod);
  if (known) return known;
  const requests = podRequests(pod);
  KNOWN.set(pod, requests);
  return requests;
}

function podRequests({ spec }: Pod): Amounts {
  const inits = spec?.initContainers ?? [];
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === "Always");
  const steady = sum([...(spec?.containers ?? []), ...sidecars].map(containerRequests));
  const starting = inits.map((init, index) => {
    const before = inits.slice(0, index).filter(({ restartPolicy }) => restartPolicy === "Always");
    return sum([...before, init].map(containerRequests));
  });
  const needed = starting.reduce(largest, steady);
  return sum([new Map([...needed, ...amounts(spec?.resources?.requests)]), amounts(spec?.overhead)]);
}

/** What a node has to give in all. */
export function allocatableOf({ status }: Node): Amounts {
  return amounts(status?.allocatable);
}

/** All of them together. */
export function sum(all: readonly Amounts[]): Amounts {
  const total = new Map<string, number>();
  for (const each of all) for (const [name, amount] of each) total.set(name, (total.get(name) ?? 0) + amount);
  return total;
}

function largest(left: Amounts, right: Amounts): Amounts {
  const most = new Map(left);
  for (const [name, amount] of right) most.set(name, Math.max(most.get(name) ?? 0, amount));
  return most;
}

/** A limit stands in for a request that is not given. */
function containerRequests({ resources }: Container): Amounts {
  return new Map([...amounts(resources?.limits), ...amounts(resources?.requests)]);
}

function amounts(quantities: Readonly<Record<string, string | number>> | undefined): Amounts {
  if (!quantities) return NOTHING;
  return new Map(Object.entries(quantities).map(([name, quantity]) => [name, amountOf(name, quantity)]));
}

function amountOf(name: string, quantity: string | number): number {
  const value = parseQuantity(quantity) ?? 0;
  return Math.ceil(name === "cpu" ? Number((value * 1000).toFixed(6)) : value);
}
