import type { PodTemplateSpec } from "@heliostat/kube";
import { templateResources } from "../raycluster/desired-resources.ts";
import { minPods } from "../raycluster/desired-workers.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import type { BatchScheduler } from "./batch-scheduler.ts";
import { isGangWanted, labelsOf } from "./gang.ts";

/**
 * YuniKorn: it has no objects of its own and reads all from the pods. For a gang each pod lists all task groups of the
 * cluster; a list that the user wrote on the cluster wins.
 */
export const yunikorn: BatchScheduler = {
  name: "yunikorn",
  resources: [],
  isWanted: isGangWanted,
  podDecoration: (cluster, group) => ({
    schedulerName: "yunikorn",
    labels: labelsOf(cluster, {
      "yunikorn.apache.org/app-id": "applicationId",
      "yunikorn.apache.org/queue": "queue",
    }),
    ...(isGangWanted(cluster) && {
      annotations: {
        "yunikorn.apache.org/task-group-name": group,
        [TASK_GROUPS]: cluster.metadata.annotations?.[TASK_GROUPS] ?? JSON.stringify(taskGroups(cluster)),
      },
    }),
  }),
  objects: () => [],
};

const TASK_GROUPS = "yunikorn.apache.org/task-groups";

/** Pods of one make, of which so many have to start together. */
interface TaskGroup {
  readonly name: string;
  readonly minMember: number;
  readonly minResource: Readonly<Record<string, string>>;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly object[];
  readonly affinity?: object;
}

function taskGroups({ spec }: RayCluster): readonly TaskGroup[] {
  const { headGroupSpec, workerGroupSpecs = [] } = spec;
  return [
    taskGroup(HEAD_GROUP, 1, headGroupSpec.template),
    ...workerGroupSpecs.map((group) => taskGroup(group.groupName, minPods(group), group.template)),
  ];
}

function taskGroup(name: string, minMember: number, template: PodTemplateSpec): TaskGroup {
  const { nodeSelector, tolerations, affinity } = template.spec ?? {};
  return {
    name,
    minMember,
    minResource: templateResources(template),
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(affinity && { affinity }),
  };
}
