import { join } from "node:path";
import { podNames } from "../names/pod-names.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import { headPod } from "./head-pod.ts";
import { workerPod } from "./worker-pod.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => [
  headPod(cluster, { name: nameIn(cluster, HEAD_GROUP) }),
  ...(cluster.spec.workerGroupSpecs ?? []).map((group) =>
    workerPod(cluster, group, { name: nameIn(cluster, group.groupName), replicaIndex: 0 }),
  ),
]);

function nameIn(cluster: RayCluster, group: string): string {
  const [name = ""] = podNames({ cluster, group, count: 1, pods: [], floor: 0 });
  return name;
}
