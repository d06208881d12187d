import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  conditionOf,
  EVENTS,
  isKubeError,
  isTerminating,
  NODES,
  nameOf,
  PODS,
  type Pod,
  type Resource,
  SERVICES,
  SILENT,
} from "@heliostat/kube";
import { simulatedRuntime } from "@heliostat/kubelet";
import { LABEL, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyManifests } from "../manifests/apply-manifests.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { isObjectReady } from "../up/await-ready.ts";
import { WatchedObjects } from "../up/watched-objects.ts";
import { type Laptop, startLaptop } from "./laptop.ts";

const NAMESPACE = "default";
const CAPACITY = { cpu: "64", memory: "256Gi", gpu: "0" };

let folder: string;
let laptop: Laptop;
let objects: WatchedObjects;
let end: AbortController;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  await start();
});

afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const options = { dataFolder: join(folder, "state"), port: 0, logger: SILENT };
  laptop = await startLaptop({ ...options, clock: systemClock, random: systemRandom });
  await laptop.startNode(
    simulatedRuntime({ clock: systemClock, startDelayMs: 0, completeAfterMs: 0 }),
    CAPACITY,
  );
  end = new AbortController();
  objects = new WatchedObjects([RAY_CLUSTERS, PODS, SERVICES, EVENTS] as unknown as Resource[], {
    ...laptop,
    signal: end.signal,
  });
  await objects.synced();
}

async function stop(): Promise<void> {
  end.abort();
  await laptop.stop();
}

describe("a RayCluster on the laptop, with simulated pods", () => {
  it("becomes ready with one head and the wanted workers", async () => {
    const cluster = await readyCluster();
    expect(alivePods()).toHaveLength(3);
    expect(cluster.status).toMatchObject({
      state: "ready",
      readyWorkerReplicas: 2,
      desiredWorkerReplicas: 2,
    });
    expect(objects.of(SERVICES).get(`${NAMESPACE}/c-head-svc`)?.spec?.clusterIP).toBe("None");
  });

  it("follows an edit of replicas up and down", async () => {
    await readyCluster();
    await setReplicas(3);
    await until(() => cluster()?.status?.readyWorkerReplicas === 3);
    await setReplicas(1);
    await until(() => alivePods().length === 2 && cluster()?.status?.desiredWorkerReplicas === 1);
  });

  it("replaces a pod that is deleted, under a name that it never had", async () => {
    await readyCluster();
    const before = alivePods().map(({ metadata }) => metadata.name);
    const victim = alivePods().find(({ metadata }) => metadata.labels?.[LABEL.group] === "workers") as Pod;
    await laptop.client.delete(PODS, nameOf(victim));
    await until(
      () => alivePods().length === 3 && alivePods().some(({ metadata }) => !before.includes(metadata.name)),
    );
    expect(alivePods().map(({ metadata }) => metadata.name)).not.toContain(victim.metadata.name);
  });

  it("takes everything along when it is deleted", async () => {
    await readyCluster();
    await laptop.client.delete(RAY_CLUSTERS, { namespace: NAMESPACE, name: "c" });
    await until(() => objects.of(PODS).list().length === 0);
    await until(() => objects.of(SERVICES).get(`${NAMESPACE}/c-head-svc`) === undefined);
  });

  it("says in an event what is wrong with a spec, and recovers by an edit", async () => {
    const wrong = clusterObject();
    const broken = { ...wrong, spec: { ...wrong.spec, autoscalerOptions: { idleTimeoutSeconds: -1 } } };
    await laptop.client.create(RAY_CLUSTERS, broken);
    await until(() =>
      objects
        .of(EVENTS)
        .list()
        .some(({ reason }) => reason === "InvalidRayClusterSpec"),
    );
    expect(alivePods()).toEqual([]);
    await patchSpec({ autoscalerOptions: null });
    await until(() => cluster()?.status?.state === "ready");
  });

  it("refuses what the CRD forbids, naming the field", async () => {
    const { spec, ...rest } = clusterObject();
    const bad = {
      ...rest,
      spec: { ...spec, workerGroupSpecs: [{ ...spec.workerGroupSpecs?.[0], replicas: "two" }] },
    };
    const refused = await laptop.client
      .create(RAY_CLUSTERS, bad as unknown as RayCluster)
      .catch((error: unknown) => error);
    expect(isKubeError(refused, "Invalid")).toBe(true);
    expect(String(refused)).toContain("spec.workerGroupSpecs[0].replicas");
  });
});

describe("a laptop that is started again on its state folder", () => {
  it("runs the same pods again, as a machine after a reboot", async () => {
    await readyCluster();
    const before = alivePods();
    await stop();
    await start();
    await until(() => alivePods().every(isObjectReady));
    const uids = (pods: readonly Pod[]) => pods.map(({ metadata }) => metadata.uid).sort();
    expect(uids(alivePods())).toEqual(uids(before));
    for (const { status } of alivePods()) {
      expect(status?.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([1]);
    }
  });

  it("believes of no pod that it is ready before a kubelet says so", async () => {
    await readyCluster();
    await stop();
    const options = { dataFolder: join(folder, "state"), port: 0, logger: SILENT };
    laptop = await startLaptop({ ...options, clock: systemClock, random: systemRandom });
    const { items } = await laptop.client.list(PODS);
    expect(items).toHaveLength(3);
    expect(items.filter(isObjectReady)).toEqual([]);
    const [node] = (await laptop.client.list(NODES)).items;
    expect(conditionOf(node?.status?.conditions, "Ready")).toMatchObject({ reason: "NodeStatusUnknown" });
  });

  it("finds every object as it was, and applies the same manifests without a change", async () => {
    const manifests = [
      { object: clusterObject(), place: "here" },
      { object: podObject(), place: "there" },
    ];
    await applyManifests(manifests, laptop);
    await until(() => cluster()?.status?.state === "ready");
    await stop();
    await start();
    const again = await applyManifests(manifests, laptop);
    expect(again.map(({ outcome }) => outcome)).toEqual(["unchanged", "unchanged"]);
  });
});

async function readyCluster(): Promise<RayCluster> {
  await laptop.client.create(RAY_CLUSTERS, clusterObject());
  await until(() => cluster()?.status?.state === "ready");
  return cluster() as RayCluster;
}

function clusterObject(): RayCluster {
  const { spec, apiVersion, kind } = aRayCluster();
  return { apiVersion, kind, metadata: { name: "c", namespace: NAMESPACE }, spec };
}

function podObject(): Pod {
  const containers = [{ name: "main", image: "busybox", command: ["sleep", "1000"] }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: NAMESPACE },
    spec: { containers },
  };
}

function setReplicas(replicas: number): Promise<unknown> {
  const { workerGroupSpecs = [] } = cluster()?.spec ?? clusterObject().spec;
  return patchSpec({ workerGroupSpecs: workerGroupSpecs.map((group) => ({ ...group, replicas })) });
}

function patchSpec(spec: object): Promise<unknown> {
  const body = JSON.parse(JSON.stringify({ spec }));
  return laptop.client.patch(
    RAY_CLUSTERS,
    { namespace: NAMESPACE, name: "c" },
    { patch: { type: "merge", body } },
  );
}

function cluster(): RayCluster | undefined {
  return objects.of(RAY_CLUSTERS).get(`${NAMESPACE}/c`);
}

function alivePods(): Pod[] {
  return objects
    .of(PODS)
    .list()
    .filter((pod) => !isTerminating(pod));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await objects.changed();
}
