import type { ClusterSpec, HeadGroupSpec, WorkerGroupSpec } from "@heliostat/proto";
import type { ApiVersion } from "../handlers.ts";
import { type Fault, firstFault } from "./first-fault.ts";

/** Spelled as KubeRay compares them; anything else is refused, even in another case. */
const PULL_POLICIES: readonly string[] = ["", "Always", "IfNotPresent"];

/** What KubeRay's API server objects to in a cluster's spec: the first fault in its order, in its words. */
export function clusterSpecFault(spec: ClusterSpec | undefined, version: ApiVersion): string | undefined {
  if (!spec) return "A ClusterSpec object is required. Please specify one.";
  const { headGroupSpec: head, workerGroupSpec: workers } = spec;
  if (!head) return "Cluster Spec Object requires HeadGroupSpec to be populated. Please specify one.";
  return firstFault([...headFaults(head, version), ...workers.flatMap(workerFaults)]);
}

function headFaults(head: HeadGroupSpec, version: ApiVersion): readonly Fault[] {
  // v1alpha2 fills empty start parameters in, as its document shows.
  const needsParams = version === "v1";
  return [
    [head.computeTemplate === "", "HeadGroupSpec compute template is empty. Please specify a valid value."],
    [
      needsParams && Object.keys(head.rayStartParams).length === 0,
      "HeadGroupSpec RayStartParams is empty. Please specify values.",
    ],
    [
      !PULL_POLICIES.includes(head.imagePullPolicy),
      "HeadGroupSpec unsupported value for Image pull policy. Please specify Always or IfNotPresent",
    ],
  ];
}

function workerFaults(worker: WorkerGroupSpec, index: number): readonly Fault[] {
  const group = `WorkerNodeSpec ${index}`;
  return [
    [worker.groupName === "", `${group} group name is empty. Please specify a valid value.`],
    [worker.computeTemplate === "", `${group} compute template is empty. Please specify a valid value.`],
    [worker.maxReplicas === 0, `${group} MaxReplicas can not be 0. Please specify a valid value.`],
    [
      worker.minReplicas > worker.maxReplicas,
      `${group} MinReplica > MaxReplicas. Please specify a valid value.`,
    ],
    [
      !PULL_POLICIES.includes(worker.imagePullPolicy),
      "Worker GroupSpec unsupported value for Image pull policy. Please specify Always or IfNotPresent",
    ],
  ];
}
