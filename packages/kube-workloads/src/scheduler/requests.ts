import { type Amounts, amountsOf, type Node, type Pod, podAmounts } from "@heliostat/kube";

/** Cached objects never change, and are asked for their amounts at every choice of a node. */
const REQUESTS = new WeakMap<Pod, Amounts>();
const ALLOCATABLE = new WeakMap<Node, Amounts>();

/** What a pod takes from its node. */
export function requestsOf(pod: Pod): Amounts {
  const known = REQUESTS.get(pod);
  if (known) return known;
  const requests = podAmounts(pod, "requests");
  REQUESTS.set(pod, requests);
  return requests;
}

/** What a node has to give in all. */
export function allocatableOf(node: Node): Amounts {
  const known = ALLOCATABLE.get(node);
  if (known) return known;
  const allocatable = amountsOf(node.status?.allocatable);
  ALLOCATABLE.set(node, allocatable);
  return allocatable;
}
