import { timestamp } from "@heliostat/kube";
import { ScalerError } from "../answers/answer.ts";
import { ANNOTATION, EVENT_REASON } from "../vocabulary.ts";
import type { ClusterState } from "../writes/cluster-writer.ts";
import { nameOf, onCluster, type Reached } from "./scale-cluster.ts";

/**
 * Have all workers replaced one after another, by the cluster's own operator: an annotation of their pods changes, and so
 * their template (what `kubectl rollout restart` does).
 *
 * @returns the moment that the new pods are not older than
 * @throws ScalerError `not_supported` where an operator leaves pods that run as they are; KubeError
 */
export async function rollWorkers({ call, ground, cluster }: Reached): Promise<string> {
  const { name } = cluster.object.metadata;
  const startedAt = timestamp(ground.clock.now());
  const { after } = await ground.writer.change(cluster, (state: ClusterState) => {
    const place = cluster.driver.rollPlace(state.object, "worker");
    if (!place) {
      const why = `the operator of ${cluster.driver.resource.kind} does not replace pods that run`;
      throw new ScalerError("not_supported", `Cannot roll the workers of ${name}: ${why}`, { status: 409 });
    }
    const value = { ...place.value, [ANNOTATION.rolledAt]: startedAt };
    return onCluster(cluster, state, [{ op: "add", path: place.at, value }]);
  });
  const note = `${nameOf(call)} has all workers replaced`;
  ground.audit.tell(after, { reason: EVENT_REASON.rolling, action: "RollWorkers", note });
  return startedAt;
}
