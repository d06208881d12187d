import type { Container, EnvVar, Job, Pod, PodSpec, PodTemplateSpec } from "@heliostat/kube";
import { podFromTemplate } from "../pods/pod-from-template.ts";
import { podPrefix } from "../replica-sets/plan.ts";
import { INDEX } from "./completion-index.ts";
import { TRACKING_FINALIZER } from "./tracking.ts";

/** A pod of a job; in an indexed job it knows its index by name, label, annotation and environment. */
export function jobPod(job: Job, suffix: string, index?: number): Pod {
  const { name } = job.metadata;
  const template = trackedTemplate(job);
  if (index === undefined) return podFromTemplate(template, job, { name: `${podPrefix(name)}${suffix}` });
  const own = { [INDEX]: String(index) };
  const pod = podFromTemplate(template, job, {
    name: `${podPrefix(`${name}-${index}`)}${suffix}`,
    labels: own,
    annotations: own,
  });
  const spec = pod.spec ?? { containers: [] };
  return { ...pod, spec: { hostname: `${name}-${index}`, ...withIndex(spec) } };
}

function trackedTemplate({ spec }: Job): PodTemplateSpec {
  const { metadata = {}, ...template } = spec?.template ?? {};
  const finalizers = [...(metadata.finalizers ?? []), TRACKING_FINALIZER];
  return { ...template, metadata: { ...metadata, finalizers } };
}

const INDEX_VARIABLE = "JOB_COMPLETION_INDEX";

function withIndex(spec: PodSpec): PodSpec {
  return {
    ...spec,
    containers: spec.containers.map(knowingIndex),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(knowingIndex) }),
  };
}

function knowingIndex(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.annotations['${INDEX}']` };
  const variable: EnvVar = { name: INDEX_VARIABLE, valueFrom: { fieldRef } };
  return { ...container, env: [...env, variable] };
}
