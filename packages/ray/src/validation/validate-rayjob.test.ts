import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { DeletionRule, RayJob, RayJobSpec, RayJobStatus } from "../rayjob/types.ts";
import { aRayCluster, aRayContainer, type RayClusterTraits } from "../testing/index.ts";
import { validateRayJobMetadata, validateRayJobSpec, validateRayJobStatus } from "./validate-rayjob.ts";

function aRayJob(spec: RayJobSpec, status?: RayJobStatus): RayJob {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayJob",
    metadata: { name: "j", namespace: "ns" },
    spec: { entrypoint: "python job.py", ...spec },
    ...(status && { status }),
  };
}

function ofCluster(traits: RayClusterTraits = {}): Pick<RayJobSpec, "rayClusterSpec"> {
  return { rayClusterSpec: aRayCluster(traits).spec };
}

function fieldsOf(spec: RayJobSpec): readonly string[] {
  return validateRayJobSpec(aRayJob(spec), { parseYaml: parse }).map(({ field }) => field);
}

const own = ofCluster();
const selected = { clusterSelector: { "ray.io/cluster": "c" } };
const strategy = "spec.deletionStrategy";

function deleting(...deletionRules: readonly DeletionRule[]): RayJobSpec {
  return { ...own, deletionStrategy: { deletionRules } };
}

const workers: DeletionRule = {
  policy: "DeleteWorkers",
  condition: { jobStatus: "SUCCEEDED", ttlSeconds: 60 },
};
const cluster: DeletionRule = {
  policy: "DeleteCluster",
  condition: { jobStatus: "SUCCEEDED", ttlSeconds: 120 },
};

describe("validateRayJobSpec()", () => {
  it.each<[string, RayJobSpec]>([
    ["a cluster of its own", own],
    ["a cluster that exists", selected],
    ["a cluster that goes with it", { ...own, shutdownAfterJobFinishes: true, ttlSecondsAfterFinished: 9 }],
    ["rules for what is deleted when", deleting(workers, cluster)],
    [
      "a cluster that stays after a failure",
      {
        ...own,
        deletionStrategy: { onSuccess: { policy: "DeleteCluster" }, onFailure: { policy: "DeleteNone" } },
      },
    ],
    ["a runtime environment", { ...own, runtimeEnvYAML: "pip: [numpy]\nenv_vars: { A: b }" }],
  ])("accepts %s", (_what, spec) => {
    expect(fieldsOf(spec)).toEqual([]);
  });

  it.each<[string, RayJobSpec, readonly string[]]>([
    ["suspension of a cluster that stays", { ...own, suspend: true }, ["spec.suspend"]],
    ["a time to live below zero", { ...own, ttlSecondsAfterFinished: -1 }, ["spec.ttlSecondsAfterFinished"]],
    ["a time to live for ever", { ...own, ttlSecondsAfterFinished: 1 }, ["spec.ttlSecondsAfterFinished"]],
    [
      "deletion said in two ways",
      { ...deleting(cluster), shutdownAfterJobFinishes: true },
      ["spec.shutdownAfterJobFinishes"],
    ],
    [
      "rules beside policies",
      {
        ...own,
        deletionStrategy: { deletionRules: [cluster], onSuccess: { policy: "DeleteNone" } },
      },
      [strategy],
    ],
    [
      "a rule without a condition",
      deleting({ policy: "DeleteSelf", condition: {} }),
      [`${strategy}.deletionRules[0].condition`],
    ],
    [
      "a rule with two conditions",
      deleting({
        policy: "DeleteSelf",
        condition: { jobStatus: "FAILED", jobDeploymentStatus: "Failed" },
      }),
      [`${strategy}.deletionRules[0].condition`],
    ],
    [
      "a rule that comes before the end",
      deleting({ policy: "DeleteSelf", condition: { jobStatus: "FAILED", ttlSeconds: -1 } }),
      [`${strategy}.deletionRules[0].condition.ttlSeconds`],
    ],
    ["two equal rules", deleting(cluster, cluster), [`${strategy}.deletionRules[1]`]],
    [
      "workers that go after their cluster",
      deleting({ ...workers, condition: { ...workers.condition, ttlSeconds: 500 } }, cluster),
      [`${strategy}.deletionRules[1].condition.ttlSeconds`],
    ],
    [
      "deletion of somebody else's cluster",
      { ...selected, deletionStrategy: { deletionRules: [workers, cluster] } },
      [`${strategy}.deletionRules[0].policy`, `${strategy}.deletionRules[1].policy`],
    ],
    [
      "deletion of workers that come back",
      { ...deleting(workers), ...ofCluster({ enableInTreeAutoscaling: true }) },
      [`${strategy}.deletionRules[0].policy`],
    ],
    [
      "half of the older pair of policies",
      { ...own, deletionStrategy: { onSuccess: { policy: "DeleteSelf" } } },
      [`${strategy}.onFailure.policy`],
    ],
    [
      "a cluster that stays and goes",
      {
        ...own,
        shutdownAfterJobFinishes: true,
        deletionStrategy: { onSuccess: { policy: "DeleteSelf" }, onFailure: { policy: "DeleteNone" } },
      },
      [`${strategy}.onFailure.policy`],
    ],
    ["no cluster at all", {}, ["spec.rayClusterSpec"]],
    [
      "suspension of somebody else's cluster",
      { ...selected, suspend: true, shutdownAfterJobFinishes: true },
      ["spec.suspend"],
    ],
    [
      "a selector that selects nothing",
      { clusterSelector: { app: "x" } },
      ['spec.clusterSelector["ray.io/cluster"]'],
    ],
    [
      "a container beside somebody else's head",
      { ...selected, submissionMode: "SidecarMode" },
      ["spec.submissionMode"],
    ],
    ["tries on somebody else's cluster", { ...selected, backoffLimit: 1 }, ["spec.backoffLimit"]],
    [
      "tries that nobody makes",
      { ...own, submissionMode: "InteractiveMode", backoffLimit: 1 },
      ["spec.backoffLimit"],
    ],
    [
      "a submitter where there is none",
      {
        ...own,
        submissionMode: "SidecarMode",
        submitterPodTemplate: { spec: { containers: [aRayContainer()] } },
        submitterConfig: {},
      },
      ["spec.submitterPodTemplate", "spec.submitterConfig"],
    ],
    [
      "a submitter that starts again with the head",
      {
        ...ofCluster({
          head: { template: { spec: { containers: [aRayContainer()], restartPolicy: "Always" } } },
        }),
        submissionMode: "SidecarMode",
      },
      ["spec.rayClusterSpec.headGroupSpec.template.spec.restartPolicy"],
    ],
    [
      "Kubernetes' tokens",
      ofCluster({ rayVersion: "2.55.0", authOptions: { mode: "token", enableK8sTokenAuth: true } }),
      ["spec.rayClusterSpec.authOptions.enableK8sTokenAuth"],
    ],
    [
      "a cluster that is refused",
      ofCluster({ workers: [{ minReplicas: -1 }] }),
      ["spec.rayClusterSpec.workerGroupSpecs[0].minReplicas"],
    ],
    [
      "a cluster that upgrades itself",
      ofCluster({ upgradeStrategy: { type: "Recreate" } }),
      ["spec.rayClusterSpec.upgradeStrategy"],
    ],
    ["a runtime environment that is no map", { ...own, runtimeEnvYAML: "- a" }, ["spec.runtimeEnvYAML"]],
    ["a runtime environment that is no YAML", { ...own, runtimeEnvYAML: "a: [" }, ["spec.runtimeEnvYAML"]],
    [
      "deadlines that have passed",
      { ...own, activeDeadlineSeconds: 0, preRunningDeadlineSeconds: -1 },
      ["spec.activeDeadlineSeconds", "spec.preRunningDeadlineSeconds"],
    ],
    ["fewer tries than none", { ...own, backoffLimit: -1 }, ["spec.backoffLimit"]],
  ])("refuses %s", (_what, spec, fields) => {
    expect(fieldsOf(spec)).toEqual(fields);
  });

  it("names other fields of the cluster as the job's author finds them", () => {
    const job = aRayJob(ofCluster({ authOptions: { mode: "token" } }));
    const [problem] = validateRayJobSpec(job, { parseYaml: parse });
    expect(problem?.message).toContain('"spec.rayClusterSpec.rayVersion"');
  });
});

describe("validateRayJobMetadata()", () => {
  it("leaves room for the name of the cluster", () => {
    const named = (name: string) => ({ ...aRayJob(own), metadata: { name } });
    expect(validateRayJobMetadata(named("a".repeat(47)))).toEqual([]);
    expect(validateRayJobMetadata(named("a".repeat(48)))).toHaveLength(1);
  });
});

describe("validateRayJobStatus()", () => {
  it("lets only interactive jobs wait", () => {
    const waiting: RayJobStatus = { jobDeploymentStatus: "Waiting" };
    expect(validateRayJobStatus(aRayJob(own, waiting))).toHaveLength(1);
    expect(validateRayJobStatus(aRayJob({ ...own, submissionMode: "InteractiveMode" }, waiting))).toEqual([]);
  });
});
