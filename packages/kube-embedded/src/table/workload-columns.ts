import {
  type Container,
  type CronJob,
  type DaemonSet,
  type Deployment,
  epochMsOf,
  isConditionTrue,
  type Job,
  type KubeObject,
  type LabelSelector,
  type PodDisruptionBudget,
  type PodTemplateSpec,
  type ReplicaSet,
  type ReplicationController,
  type StatefulSet,
} from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { AGE_COLUMN, countColumn, labelsText, NAME_COLUMN, NONE, textColumn, wide } from "./column.ts";
import { humanAge, humanDuration } from "./human-duration.ts";

interface Templated extends KubeObject {
  readonly spec?: { readonly template?: PodTemplateSpec; readonly selector?: LabelSelector };
}

const CONTAINERS = wide(
  textColumn<Templated>("Containers", (object) => containersText(object, ({ name }) => name)),
);
const IMAGES = wide(
  textColumn<Templated>("Images", (object) => containersText(object, ({ image = "" }) => image)),
);
const SELECTOR = wide(
  textColumn<Templated>("Selector", ({ spec }) => labelsText(spec?.selector?.matchLabels)),
);

export const DEPLOYMENT_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Deployment>(
    "Ready",
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  countColumn<Deployment>("Up-to-date", ({ status }) => status?.updatedReplicas ?? 0),
  countColumn<Deployment>("Available", ({ status }) => status?.availableReplicas ?? 0),
  AGE_COLUMN,
  CONTAINERS,
  IMAGES,
  SELECTOR,
];

export const REPLICA_SET_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<ReplicaSet>("Desired", ({ spec }) => spec?.replicas ?? 0),
  countColumn<ReplicaSet>("Current", ({ status }) => status?.replicas ?? 0),
  countColumn<ReplicaSet>("Ready", ({ status }) => status?.readyReplicas ?? 0),
  AGE_COLUMN,
  CONTAINERS,
  IMAGES,
  SELECTOR,
];

export const REPLICATION_CONTROLLER_COLUMNS: readonly Column[] = [
  ...REPLICA_SET_COLUMNS.slice(0, -1),
  wide(textColumn<ReplicationController>("Selector", ({ spec }) => labelsText(spec?.selector))),
];

export const STATEFUL_SET_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<StatefulSet>(
    "Ready",
    ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
  ),
  AGE_COLUMN,
  CONTAINERS,
  IMAGES,
];

export const DAEMON_SET_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<DaemonSet>("Desired", ({ status }) => status?.desiredNumberScheduled ?? 0),
  countColumn<DaemonSet>("Current", ({ status }) => status?.currentNumberScheduled ?? 0),
  countColumn<DaemonSet>("Ready", ({ status }) => status?.numberReady ?? 0),
  countColumn<DaemonSet>("Up-to-date", ({ status }) => status?.updatedNumberScheduled ?? 0),
  countColumn<DaemonSet>("Available", ({ status }) => status?.numberAvailable ?? 0),
  textColumn<DaemonSet>("Node Selector", ({ spec }) => labelsText(spec?.template.spec?.nodeSelector)),
  AGE_COLUMN,
  CONTAINERS,
  IMAGES,
  SELECTOR,
];

export const JOB_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Job>("Status", jobStatus),
  textColumn<Job>("Completions", completionsText),
  textColumn<Job>("Duration", jobDuration),
  AGE_COLUMN,
  CONTAINERS,
  IMAGES,
  SELECTOR,
];

export const CRON_JOB_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<CronJob>("Schedule", ({ spec }) => spec.schedule),
  textColumn<CronJob>("Timezone", ({ spec }) => spec.timeZone ?? NONE),
  textColumn<CronJob>("Suspend", ({ spec }) => (spec.suspend ? "True" : "False")),
  countColumn<CronJob>("Active", ({ status }) => status?.active?.length ?? 0),
  textColumn<CronJob>("Last Schedule", ({ status }, nowMs) =>
    status?.lastScheduleTime ? humanAge(status.lastScheduleTime, nowMs) : NONE,
  ),
  AGE_COLUMN,
];

export const DISRUPTION_BUDGET_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<PodDisruptionBudget>("Min Available", ({ spec }) => String(spec?.minAvailable ?? "N/A")),
  textColumn<PodDisruptionBudget>("Max Unavailable", ({ spec }) => String(spec?.maxUnavailable ?? "N/A")),
  countColumn<PodDisruptionBudget>("Allowed Disruptions", ({ status }) => status?.disruptionsAllowed ?? 0),
  AGE_COLUMN,
];

function containersText({ spec }: Templated, text: (container: Container) => string): string {
  return (spec?.template?.spec?.containers ?? []).map(text).join(",");
}

const JOB_STATES = ["Complete", "Failed"] as const;
const ENDING_STATES = ["Suspended", "FailureTarget", "SuccessCriteriaMet"] as const;

function jobStatus({ metadata, status }: Job): string {
  const has = (type: string): boolean => isConditionTrue(status?.conditions, type);
  const ended = JOB_STATES.find(has);
  if (ended) return ended;
  return metadata.deletionTimestamp ? "Terminating" : (ENDING_STATES.find(has) ?? "Running");
}

function completionsText({ spec, status }: Job): string {
  const { completions, parallelism = 0 } = spec ?? {};
  const succeeded = status?.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: Job, nowMs: number): string {
  const startMs = epochMsOf(status?.startTime ?? "");
  if (startMs === undefined) return "";
  return humanDuration((epochMsOf(status?.completionTime ?? "") ?? nowMs) - startMs);
}
