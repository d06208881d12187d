import { type Action, patch } from "@heliostat/controller";
import { PODS, type Pod } from "@heliostat/kube";
import { ANNOTATION, headSpecHash, OPERATOR_VERSION, type RayCluster, specHash } from "@heliostat/ray";
import { isAlive, isHead } from "../pod-state.ts";
import type { RayClusterView } from "../view.ts";
import { removePodOfMany } from "./pod-actions.ts";

/**
 * What has to happen before anything else because the spec has changed and the user wants running pods to follow: all of
 * them end (KubeRay's `Recreate`). A rolling update does the same when the head has changed, since workers do not outlive
 * their head; otherwise it is the groups' own affair.
 *
 * The head goes last: it alone tells that the pods are of an older spec.
 */
export function planUpgrade(view: RayClusterView): readonly Action[] {
  const head = view.pods.find((pod) => isHead(pod) && isAlive(pod));
  const fingerprint = head && fingerprintFor(view.cluster, head);
  if (!head || !fingerprint || fingerprint.made === fingerprint.wanted) return [];
  // A hash of another operator's, or of another version of this one, says nothing about the spec.
  if (head.metadata.annotations?.[ANNOTATION.operatorVersion] !== OPERATOR_VERSION) {
    return [restamp(head, fingerprint)];
  }
  const workers = view.pods.filter((pod) => !isHead(pod) && isAlive(pod));
  const next = workers.length > 0 ? workers : [head];
  const why = `the spec has changed, and upgradeStrategy is ${view.cluster.spec.upgradeStrategy?.type}`;
  return next.map((pod) => removePodOfMany(pod, why));
}

/** What the head was made from, beside what it would be made from now. */
interface Fingerprint {
  readonly annotation: string;
  readonly made: string;
  readonly wanted: string;
}

/** The fingerprint that counts by the cluster's strategy; `undefined` where none does or the head has none. */
function fingerprintFor(cluster: RayCluster, { metadata }: Pod): Fingerprint | undefined {
  const { type } = cluster.spec.upgradeStrategy ?? {};
  if (type !== "Recreate" && type !== "RollingUpdate") return undefined;
  const annotation = type === "Recreate" ? ANNOTATION.recreateHash : ANNOTATION.groupHash;
  const made = metadata.annotations?.[annotation];
  if (!made) return undefined;
  return { annotation, made, wanted: type === "Recreate" ? specHash(cluster.spec) : headSpecHash(cluster) };
}

function restamp(head: Pod, { annotation, wanted }: Fingerprint): Action {
  const annotations = { [annotation]: wanted, [ANNOTATION.operatorVersion]: OPERATOR_VERSION };
  return patch(PODS, head, {
    why: "its hash of the spec is another operator's",
    patch: { type: "merge", body: { metadata: { uid: head.metadata.uid ?? "", annotations } } },
  });
}
