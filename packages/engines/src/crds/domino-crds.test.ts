import { CUSTOM_RESOURCE_DEFINITIONS, type KubeObject } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { beforeEach, describe, expect, it } from "vitest";
import { driver } from "../testing/clusters.ts";
import { dominoCrds } from "./domino-crds.ts";

const KINDS = ["ray", "dask", "spark", "mpi"].map((engine) =>
  driver(`${engine}clusters.distributed-compute.dominodatalab.com`),
);

describe("dominoCrds() on the embedded API", () => {
  let kubernetes: EmbeddedKubernetes;

  beforeEach(async () => {
    kubernetes = embeddedKubernetes({ clock: new HandClock(), random: new SeededRandom() });
    await kubernetes.start();
    for (const crd of dominoCrds()) await kubernetes.client().create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  });

  const created = (index: number, spec: object): Promise<KubeObject> => {
    const { resource } = KINDS[index] as (typeof KINDS)[number];
    return kubernetes.client().create(resource, {
      apiVersion: `${resource.group}/${resource.version}`,
      kind: resource.kind,
      metadata: { name: "demo", namespace: "default" },
      spec,
    } as KubeObject);
  };

  it("makes a whole cluster of an empty spec", async () => {
    expect(await created(0, {})).toMatchObject({
      spec: {
        image: { repository: "rayproject/ray", tag: "1.6.0-cpu" },
        networkPolicy: { enabled: true, clientLabels: { "ray-client": "true" } },
        worker: { replicas: 1 },
        port: 6379,
        redisShardPorts: [6380, 6381],
        enableDashboard: true,
      },
    });
    expect(await created(1, {})).toMatchObject({ spec: { schedulerPort: 8786, worker: { replicas: 1 } } });
    expect(await created(2, {})).toMatchObject({
      spec: { clusterPort: 7077, driver: { blockManagerPort: 4042 } },
    });
    expect(await created(3, { worker: { sharedSSHSecret: "keys" } })).toMatchObject({
      spec: { worker: { replicas: 1 } },
    });
  });

  it("keeps what the user says", async () => {
    const spec = {
      networkPolicy: { enabled: false },
      worker: { replicas: 0 },
      autoscaling: { maxReplicas: 3 },
    };
    expect(await created(0, spec)).toMatchObject({ spec });
  });

  it.each([
    [{ autoscaling: { minReplicas: 0, maxReplicas: 3 } }, /minReplicas/],
    [{ autoscaling: { minReplicas: 1 } }, /maxReplicas/],
    [{ worker: { replicas: -1 } }, /replicas/],
    [{ objectStoreMemoryBytes: 1 }, /objectStoreMemoryBytes/],
    [{ istioMutualTLSMode: "MAYBE" }, /istioMutualTLSMode/],
  ])("refuses %j", async (spec, message) => {
    await expect(created(0, spec)).rejects.toThrow(message);
  });

  it("scales by the scale subresource", async () => {
    await created(0, {});
    const { resource } = KINDS[0] as (typeof KINDS)[number];
    const patch = { type: "merge", body: { spec: { replicas: 4 } } } as const;
    const where = { name: "demo", namespace: "default" };
    await kubernetes.client().patch(resource, where, { patch, subresource: "scale" });
    expect(await kubernetes.client().get(resource, where)).toMatchObject({
      spec: { worker: { replicas: 4 } },
    });
  });
});
