import { CONTROLLER_REVISION_COLUMNS } from "../../table/cluster-columns.ts";
import { AUTOSCALER_COLUMNS } from "../../table/storage-columns.ts";
import {
  CRON_JOB_COLUMNS,
  DAEMON_SET_COLUMNS,
  DEPLOYMENT_COLUMNS,
  DISRUPTION_BUDGET_COLUMNS,
  JOB_COLUMNS,
  REPLICA_SET_COLUMNS,
  STATEFUL_SET_COLUMNS,
} from "../../table/workload-columns.ts";
import { builtinResource } from "../builtin-resource.ts";
import { JOB_FIELDS, REPLICA_FIELDS } from "../selectable-fields.ts";
import type { ServedResource } from "../served-resource.ts";
import { AUTOSCALER_V1_STRATEGY, ofNewerAutoscaler } from "../strategies/autoscaler-versions.ts";
import { AUTOSCALER_STRATEGY } from "../strategies/configuration.ts";
import {
  CRON_JOB_STRATEGY,
  DAEMON_SET_STRATEGY,
  DEPLOYMENT_STRATEGY,
  DISRUPTION_BUDGET_STRATEGY,
  JOB_STRATEGY,
  REPLICA_SET_STRATEGY,
  STATEFUL_SET_STRATEGY,
} from "../strategies/workloads.ts";

export const WORKLOAD_RESOURCES: readonly ServedResource[] = [
  builtinResource({
    kind: "Deployment",
    plural: "deployments",
    shortNames: ["deploy"],
    categories: ["all"],
    subresources: ["status", "scale"],
    columns: DEPLOYMENT_COLUMNS,
    strategy: DEPLOYMENT_STRATEGY,
  }),
  builtinResource({
    kind: "ReplicaSet",
    plural: "replicasets",
    shortNames: ["rs"],
    categories: ["all"],
    subresources: ["status", "scale"],
    columns: REPLICA_SET_COLUMNS,
    selectableFields: REPLICA_FIELDS,
    strategy: REPLICA_SET_STRATEGY,
  }),
  builtinResource({
    kind: "StatefulSet",
    plural: "statefulsets",
    shortNames: ["sts"],
    categories: ["all"],
    subresources: ["status", "scale"],
    columns: STATEFUL_SET_COLUMNS,
    strategy: STATEFUL_SET_STRATEGY,
  }),
  builtinResource({
    kind: "DaemonSet",
    plural: "daemonsets",
    shortNames: ["ds"],
    categories: ["all"],
    subresources: ["status"],
    columns: DAEMON_SET_COLUMNS,
    strategy: DAEMON_SET_STRATEGY,
  }),
  builtinResource({
    kind: "ControllerRevision",
    plural: "controllerrevisions",
    columns: CONTROLLER_REVISION_COLUMNS,
  }),
  builtinResource({
    kind: "Job",
    plural: "jobs",
    categories: ["all"],
    subresources: ["status"],
    columns: JOB_COLUMNS,
    selectableFields: JOB_FIELDS,
    strategy: JOB_STRATEGY,
  }),
  builtinResource({
    kind: "CronJob",
    plural: "cronjobs",
    shortNames: ["cj"],
    categories: ["all"],
    subresources: ["status"],
    columns: CRON_JOB_COLUMNS,
    strategy: CRON_JOB_STRATEGY,
  }),
  builtinResource({
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    shortNames: ["hpa"],
    categories: ["all"],
    subresources: ["status"],
    columns: AUTOSCALER_COLUMNS,
    strategy: AUTOSCALER_STRATEGY,
  }),
  builtinResource({
    schema: "HorizontalPodAutoscalerV1",
    kind: "HorizontalPodAutoscaler",
    plural: "horizontalpodautoscalers",
    shortNames: ["hpa"],
    categories: ["all"],
    subresources: ["status"],
    storedAs: { storageKey: "autoscaling/horizontalpodautoscalers", version: "v2" },
    columns: AUTOSCALER_COLUMNS.map(ofNewerAutoscaler),
    strategy: AUTOSCALER_V1_STRATEGY,
  }),
  builtinResource({
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets",
    shortNames: ["pdb"],
    subresources: ["status"],
    columns: DISRUPTION_BUDGET_COLUMNS,
    strategy: DISRUPTION_BUDGET_STRATEGY,
  }),
];
