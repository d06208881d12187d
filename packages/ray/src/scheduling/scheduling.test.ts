import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { headPod } from "../pods/head-pod.ts";
import { workerPod } from "../pods/worker-pod.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster } from "../testing/index.ts";
import { HEAD_GROUP, LABEL } from "../vocabulary/labels.ts";
import { batchSchedulerOf } from "./batch-scheduler-of.ts";
import { decoratedPod } from "./decorated-pod.ts";

describeGolden(
  join(import.meta.dirname, "testdata"),
  ({ scheduler, cluster }: { readonly scheduler: string; readonly cluster: RayCluster }) => {
    const batchScheduler = batchSchedulerOf(scheduler);
    const groups = (cluster.spec.workerGroupSpecs ?? []).map(({ groupName }) => groupName);
    return [
      ...batchScheduler.objects(cluster).map(({ object }) => object),
      ...[HEAD_GROUP, ...groups].map((group) => batchScheduler.podDecoration(cluster, group)),
    ];
  },
);

describe("batchSchedulerOf()", () => {
  it("names the choices where there is no such scheduler", () => {
    expect(() => batchSchedulerOf("slurm")).toThrow(
      'Cannot accept batch scheduler "slurm": name must be one of "volcano", "yunikorn", "kai-scheduler", "scheduler-plugins", "kubernetes-was"',
    );
  });
});

describe("a batch scheduler", () => {
  const cluster = aRayCluster({ metadata: { labels: { "ray.io/gang-scheduling-enabled": "true" } } });
  const [group] = cluster.spec.workerGroupSpecs ?? [];
  if (!group) throw new Error("the fixture has a group");

  it.each([
    ["volcano", "volcano"],
    ["yunikorn", "yunikorn"],
    ["kai-scheduler", "kai-scheduler"],
    ["scheduler-plugins", "scheduler-plugins-scheduler"],
    ["kubernetes-was", "default-scheduler"],
  ])("%s adds to pods and takes nothing from them", (name, schedulerName) => {
    const place = { name: "x", replicaIndex: 0 };
    for (const plain of [headPod(cluster, place), workerPod(cluster, group, place)]) {
      const groupName = plain.metadata.labels?.[LABEL.group] ?? "";
      const scheduled = decoratedPod(plain, batchSchedulerOf(name).podDecoration(cluster, groupName));
      expect(scheduled).toMatchObject(plain);
      expect(scheduled.spec?.schedulerName).toBe(schedulerName);
    }
  });

  it("makes only objects of resources that it lists", () => {
    for (const name of ["volcano", "yunikorn", "kai-scheduler", "scheduler-plugins", "kubernetes-was"]) {
      const { objects, resources } = batchSchedulerOf(name);
      for (const { resource } of objects(cluster)) expect(resources).toContain(resource);
    }
  });

  it("says which of its labels makes no sense", () => {
    const labels = {
      "volcano.sh/network-topology-mode": "hard",
      "volcano.sh/network-topology-highest-tier-allowed": "top",
    };
    expect(() => batchSchedulerOf("volcano").objects(aRayCluster({ metadata: { labels } }))).toThrow(
      'metadata.labels["volcano.sh/network-topology-highest-tier-allowed"] must be a whole number, but is "top"',
    );
  });

  it("is not asked for a gang by a label that says false", () => {
    const no = aRayCluster({ metadata: { labels: { "ray.io/gang-scheduling-enabled": "false" } } });
    expect(batchSchedulerOf("scheduler-plugins").objects(no)).toEqual([]);
  });
});
