import type {
  CronJob,
  DaemonSet,
  Deployment,
  Ingress,
  Job,
  JobSpec,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from "@heliostat/kube";
import type { ResourceStrategy } from "../served-resource.ts";
import { defaultedClaim } from "./configuration.ts";
import { cronJobProblems, jobProblems } from "./job-rules.ts";
import { defaultedTemplate } from "./pod-spec-defaults.ts";
import {
  deploymentProblems,
  disruptionBudgetProblems,
  ingressProblems,
  replicationControllerProblems,
  selectorProblems,
  statefulSetProblems,
} from "./workload-rules.ts";

export const DEPLOYMENT_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedDeployment(object as Deployment),
  validate: (object, stored) => deploymentProblems(object as Deployment, stored as Deployment | undefined),
};

export const REPLICA_SET_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedReplicaSet(object as ReplicaSet),
  validate: (object, stored) => selectorProblems(object as ReplicaSet, stored as ReplicaSet | undefined),
};

export const REPLICATION_CONTROLLER_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedReplicationController(object as ReplicationController),
  validate: (object) => replicationControllerProblems(object as ReplicationController),
};

export const STATEFUL_SET_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedStatefulSet(object as StatefulSet),
  validate: (object, stored) => statefulSetProblems(object as StatefulSet, stored as StatefulSet | undefined),
};

export const DAEMON_SET_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedDaemonSet(object as DaemonSet),
  validate: (object, stored) => selectorProblems(object as DaemonSet, stored as DaemonSet | undefined),
};

export const JOB_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaultPropagation: "Orphan",
  defaults: (object) => defaultedJob(object as Job),
  prepareForCreate: (object) => withOwnSelector(object as Job),
  validate: (object, stored) => jobProblems(object as Job, stored as Job | undefined),
};

export const CRON_JOB_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedCronJob(object as CronJob),
  validate: (object) => cronJobProblems(object as CronJob),
};

export const DISRUPTION_BUDGET_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  validate: (object) => disruptionBudgetProblems(object as PodDisruptionBudget),
};

export const INGRESS_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  validate: (object) => ingressProblems(object as Ingress),
};

const QUARTER = { maxUnavailable: "25%", maxSurge: "25%" };

function defaultedDeployment(deployment: Deployment): Deployment {
  const { spec } = deployment;
  if (!spec) return deployment;
  const type = spec.strategy?.type ?? "RollingUpdate";
  const rollingUpdate = { ...QUARTER, ...spec.strategy?.rollingUpdate };
  return {
    ...deployment,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      ...spec,
      strategy: { ...spec.strategy, type, ...(type === "RollingUpdate" && { rollingUpdate }) },
      template: defaultedTemplate(spec.template),
    },
  };
}

function defaultedReplicaSet(replicaSet: ReplicaSet): ReplicaSet {
  const { spec } = replicaSet;
  if (!spec) return replicaSet;
  const template = spec.template && { template: defaultedTemplate(spec.template) };
  return { ...replicaSet, spec: { replicas: 1, ...spec, ...template } };
}

/** Its selector and its own labels are the template's, where it says none. */
function defaultedReplicationController(controller: ReplicationController): ReplicationController {
  const { metadata, spec = {} } = controller;
  const labels = spec.template?.metadata?.labels;
  return {
    ...controller,
    metadata: { ...(labels && { labels }), ...metadata },
    spec: {
      replicas: 1,
      ...(labels && { selector: labels }),
      ...spec,
      ...(spec.template && { template: defaultedTemplate(spec.template) }),
    },
  };
}

function defaultedStatefulSet(statefulSet: StatefulSet): StatefulSet {
  const { spec } = statefulSet;
  if (!spec) return statefulSet;
  const type = spec.updateStrategy?.type ?? "RollingUpdate";
  const rollingUpdate = { partition: 0, ...spec.updateStrategy?.rollingUpdate };
  return {
    ...statefulSet,
    spec: {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: "OrderedReady",
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      ...spec,
      updateStrategy: { ...spec.updateStrategy, type, ...(type === "RollingUpdate" && { rollingUpdate }) },
      template: defaultedTemplate(spec.template),
      ...(spec.volumeClaimTemplates && {
        volumeClaimTemplates: spec.volumeClaimTemplates.map(defaultedClaim),
      }),
    },
  };
}

function defaultedDaemonSet(daemonSet: DaemonSet): DaemonSet {
  const { spec } = daemonSet;
  if (!spec) return daemonSet;
  const type = spec.updateStrategy?.type ?? "RollingUpdate";
  const rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy?.rollingUpdate };
  return {
    ...daemonSet,
    spec: {
      revisionHistoryLimit: 10,
      ...spec,
      updateStrategy: { ...spec.updateStrategy, type, ...(type === "RollingUpdate" && { rollingUpdate }) },
      template: defaultedTemplate(spec.template),
    },
  };
}

function defaultedJob(job: Job): Job {
  return job.spec ? { ...job, spec: defaultedJobSpec(job.spec) } : job;
}

/** Neither completions nor parallelism said: one pod that is to succeed once. */
function defaultedJobSpec(spec: JobSpec): JobSpec {
  const { completions, parallelism } = spec;
  return {
    ...(completions === undefined && parallelism === undefined && { completions: 1 }),
    parallelism: 1,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : 2 ** 31 - 1,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed",
    ...spec,
    template: defaultedTemplate(spec.template),
  };
}

function defaultedCronJob(cronJob: CronJob): CronJob {
  const { spec } = cronJob;
  const { jobTemplate } = spec;
  const template = jobTemplate.spec && { template: defaultedTemplate(jobTemplate.spec.template) };
  return {
    ...cronJob,
    spec: {
      concurrencyPolicy: "Allow",
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      ...spec,
      jobTemplate: jobTemplate.spec
        ? { ...jobTemplate, spec: { ...jobTemplate.spec, ...template } }
        : jobTemplate,
    },
  };
}

/** A job finds its pods by its own uid, unless its author insists on a selector. */
function withOwnSelector(job: Job): Job {
  const { spec, metadata } = job;
  if (!spec || spec.manualSelector) return job;
  const { uid = "", name } = metadata;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const { template } = spec;
  const metadataOfPods = { ...template.metadata, labels: { ...template.metadata?.labels, ...labels } };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
      template: { ...template, metadata: metadataOfPods },
    },
  };
}
