import { join } from "node:path";
import type { Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { podNames } from "../names/pod-names.ts";
import { replicaName } from "../names/replica-name.ts";
import type { RayCluster, WorkerGroupSpec } from "../raycluster/types.ts";
import type { RaySettings } from "../settings.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster, aRayContainer } from "../testing/index.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import { headPod } from "./head-pod.ts";
import { workerPod } from "./worker-pod.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => podsOf(cluster));

describe("the settings of an operator", () => {
  const service = { "ray.io/originated-from-crd": "RayService" };

  function built(settings: RaySettings, labels: Readonly<Record<string, string>> = {}): readonly Pod[] {
    return podsOf(aRayCluster({ metadata: { labels } }), settings);
  }

  it("change nothing while they are empty", () => {
    expect(built({})).toEqual(podsOf(aRayCluster()));
  });

  it("can leave probes and the waiting container away", () => {
    for (const { spec } of built({ hasProbes: false, hasWaitContainer: false }, service)) {
      expect(spec?.containers[0]).not.toHaveProperty("livenessProbe");
      expect(spec?.containers[0]).not.toHaveProperty("readinessProbe");
      expect(spec?.initContainers ?? []).toEqual([]);
    }
  });

  it("can run Ray in a login shell, but not the waiting container", () => {
    const [, worker] = built({ isLoginShell: true });
    expect(worker?.spec?.containers[0]?.command).toEqual(["/bin/bash", "-cl", "--"]);
    expect(worker?.spec?.initContainers?.[0]?.command).toEqual(["/bin/bash", "-c", "--"]);
  });

  it("put containers beside Ray, which stays the first", () => {
    const [headSidecar, workerSidecar] = [aRayContainer({ name: "h" }), aRayContainer({ name: "w" })];
    const [head, worker] = built({ headSidecars: [headSidecar], workerSidecars: [workerSidecar] });
    expect(head?.spec?.containers.map(({ name }) => name)).toEqual(["ray-head", "h"]);
    expect(worker?.spec?.containers.map(({ name }) => name)).toEqual(["ray-worker", "w"]);
  });

  it("give way to what the user and the operator say", () => {
    const cluster = aRayCluster({
      head: {
        template: {
          metadata: { name: "", labels: { team: "mine" }, annotations: { note: "mine" } },
          spec: { containers: [aRayContainer({ env: [{ name: "LEVEL", value: "mine" }] })] },
        },
      },
    });
    const settings = {
      defaultEnv: [{ name: "LEVEL", value: "theirs" }],
      defaultLabels: { team: "theirs", "ray.io/cluster": "theirs" },
      defaultAnnotations: { note: "theirs" },
    };
    const [head, worker] = podsOf(cluster, settings);
    expect(head?.metadata).toMatchObject({
      labels: { team: "mine", "ray.io/cluster": "c" },
      annotations: { note: "mine" },
    });
    expect(head?.spec?.containers[0]?.env).toContainEqual({ name: "LEVEL", value: "mine" });
    expect(worker?.metadata).toMatchObject({ labels: { team: "theirs" }, annotations: { note: "theirs" } });
    expect(worker?.spec?.containers[0]?.env?.[0]).toEqual({ name: "LEVEL", value: "theirs" });
  });

  it("say in which domain the head is found", () => {
    const [, worker] = built({ clusterDomain: "example.org" });
    expect(worker?.spec?.containers[0]?.args?.[0]).toContain("--address=c-head-svc.ns.svc.example.org:6379");
  });
});

/** The head, and the hosts of the first replica of each group. */
function podsOf(cluster: RayCluster, settings: RaySettings = {}): readonly Pod[] {
  const [head = ""] = namesIn(cluster, HEAD_GROUP, 1);
  return [
    headPod(cluster, { name: head, settings }),
    ...(cluster.spec.workerGroupSpecs ?? []).flatMap((group) => replicaOf(cluster, group, settings)),
  ];
}

function replicaOf(cluster: RayCluster, group: WorkerGroupSpec, settings: RaySettings): readonly Pod[] {
  const { groupName, numOfHosts = 1 } = group;
  const names = namesIn(cluster, groupName, numOfHosts);
  return names.map((name, hostIndex) => {
    const place = numOfHosts > 1 ? { replicaName: replicaName(groupName, names[0] ?? ""), hostIndex } : {};
    return workerPod(cluster, group, { name, settings, replicaIndex: 0, ...place });
  });
}

function namesIn(cluster: RayCluster, group: string, count: number): readonly string[] {
  return podNames({ cluster, group, count, pods: [], floor: 0 });
}
