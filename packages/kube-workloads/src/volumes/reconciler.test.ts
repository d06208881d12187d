import {
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";

describe("volumeReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster({ volumesFolder: "/volumes" });
  });

  afterEach(() => cluster.stop());

  it("binds a claim to the smallest volume that fits", async () => {
    for (const [name, storage] of [
      ["big", "9Gi"],
      ["small", "1Gi"],
      ["fitting", "2Gi"],
    ] as const) {
      await cluster.client.create(PERSISTENT_VOLUMES, volume(name, storage));
    }
    await cluster.turn();
    await cluster.create(PERSISTENT_VOLUME_CLAIMS, claim("2Gi"));
    await cluster.turn();
    const bound = await cluster.get(PERSISTENT_VOLUME_CLAIMS, "data");
    expect(bound).toMatchObject({
      spec: { volumeName: "fitting" },
      status: { phase: "Bound", capacity: { storage: "2Gi" } },
    });
    const { spec, status } = await cluster.client.get(PERSISTENT_VOLUMES, { name: "fitting" });
    expect(spec?.claimRef).toMatchObject({ name: "data", namespace: "default", uid: bound.metadata.uid });
    expect(status?.phase).toBe("Bound");
  });

  it("makes a volume where none fits, and deletes it with its claim", async () => {
    await cluster.create(PERSISTENT_VOLUME_CLAIMS, claim("3Gi"));
    await cluster.turn();
    const { spec, status } = await cluster.get(PERSISTENT_VOLUME_CLAIMS, "data");
    expect(status?.phase).toBe("Bound");
    const made = await cluster.client.get(PERSISTENT_VOLUMES, { name: spec?.volumeName ?? "" });
    expect(made.spec?.hostPath?.path).toBe(`/volumes/${made.metadata.name}`);
    await cluster.client.delete(PERSISTENT_VOLUME_CLAIMS, { namespace: "default", name: "data" });
    await cluster.turn();
    expect((await cluster.client.list(PERSISTENT_VOLUMES)).items).toEqual([]);
  });
});

function claim(storage: string): PersistentVolumeClaim {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
  };
}

function volume(name: string, storage: string): PersistentVolume {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ["ReadWriteOnce"], hostPath: { path: `/${name}` } },
  };
}
