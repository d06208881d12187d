import {
  type CronJob,
  type DaemonSet,
  type Deployment,
  type FieldCause,
  isEqualJson,
  type Job,
  type JobSpec,
  type LabelSelector,
  matchesLabels,
  type PodTemplateSpec,
  type ReplicaSet,
  requirementsOf,
  type StatefulSet,
  type StatefulSetSpec,
} from "@heliostat/kube";
import { forbiddenField, invalidValue, requiredValue, unsupportedValue } from "../../api/field-causes.ts";
import type { ResourceStrategy } from "../served-resource.ts";
import { defaultedClaim } from "./configuration.ts";
import { podSpecProblems } from "./pod-rules.ts";
import { defaultedTemplate } from "./pod-spec-defaults.ts";

export const DEPLOYMENT_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedDeployment(object as Deployment),
  validate: (object, stored) => selectorProblems(object as Deployment, stored as Deployment | undefined),
};

export const REPLICA_SET_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => defaultedReplicaSet(object as ReplicaSet),
  validate: (object, stored) => selectorProblems(object as ReplicaSet, stored as ReplicaSet | undefined),
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

interface Selecting {
  readonly spec?: { readonly selector: LabelSelector; readonly template?: PodTemplateSpec };
}

function selectorProblems({ spec }: Selecting, stored: Selecting | undefined): readonly FieldCause[] {
  if (!spec) return [requiredValue("spec.selector"), requiredValue("spec.template")];
  const { selector, template = {} } = spec;
  const labels = template.metadata?.labels;
  const isEmpty = Object.keys(selector).length === 0;
  const matches = matchesLabels(requirementsOf(selector), labels);
  const hasChanged = stored?.spec !== undefined && !isEqualJson(selector, stored.spec.selector);
  return [
    ...(isEmpty ? [invalidValue("spec.selector", selector, "empty selector is invalid for deployment")] : []),
    ...(hasChanged ? [invalidValue("spec.selector", selector, "field is immutable")] : []),
    ...(matches
      ? []
      : [
          invalidValue(
            "spec.template.metadata.labels",
            labels ?? {},
            "`selector` does not match template `labels`",
          ),
        ]),
    ...(template.spec ? podSpecProblems(template.spec, "spec.template.spec") : []),
  ];
}

const STATEFUL_SET_FROZEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function statefulSetProblems(set: StatefulSet, stored: StatefulSet | undefined): readonly FieldCause[] {
  const changed = stored?.spec && set.spec && !isEqualJson(frozenPart(set.spec), frozenPart(stored.spec));
  if (changed) return [forbiddenField("spec", STATEFUL_SET_FROZEN)];
  return selectorProblems(set, stored);
}

function frozenPart(spec: StatefulSetSpec): unknown {
  const { selector, serviceName = "", podManagementPolicy, volumeClaimTemplates = [] } = spec;
  return { selector, serviceName, podManagementPolicy, volumeClaimTemplates };
}

function jobProblems({ spec }: Job, stored: Job | undefined): readonly FieldCause[] {
  if (!spec) return [requiredValue("spec.template")];
  const { restartPolicy = "Always" } = spec.template.spec ?? {};
  const restart =
    restartPolicy === "Always"
      ? [unsupportedValue("spec.template.spec.restartPolicy", restartPolicy, ["OnFailure", "Never"])]
      : [];
  if (!stored?.spec) return restart;
  const { spec: old } = stored;
  const frozen = (["completions", "selector", "completionMode"] as const).filter(
    (field) => !isEqualJson(spec[field], old[field]),
  );
  const isTemplateFrozen = !(old.suspend && stored.status?.startTime === undefined);
  const hasNewTemplate = isTemplateFrozen && !isEqualJson(spec.template, old.template);
  return [
    ...frozen.map((field) => invalidValue(`spec.${field}`, spec[field] ?? null, "field is immutable")),
    ...(hasNewTemplate ? [invalidValue("spec.template", spec.template, "field is immutable")] : []),
  ];
}
