import { applyJsonPatch, type Json, type KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import type { Role } from "../drivers/kind-driver.ts";
import { specOf } from "../drivers/read-object.ts";
import { driver, stored } from "../testing/clusters.ts";
import { tiersFromDomino } from "./domino-tiers.ts";
import { type HardwareTier, isTierFor, restrictionText, tierNamed } from "./hardware-tier.ts";
import { LAPTOP_TIERS, tiersFromFile } from "./tier-file.ts";
import { tierOperations } from "./tier-operations.ts";

const DOMINO_ANSWER = {
  hardwareTiers: [
    {
      id: "gpu-1",
      name: "Gpu",
      nodePool: "gpus",
      hwtResources: {
        cores: 4.0,
        coresLimit: 8.0,
        memory: { value: 16.0, unit: "GiB" },
        memoryLimit: { value: 20, unit: "GB" },
      },
      gpuConfiguration: { numberOfGpus: 2, gpuKey: "nvidia.com/mig-1g.5gb" },
      computeClusterRestrictions: { restrictToSpark: true, restrictToRay: false, restrictToMpi: true },
    },
    { id: "small-1", name: "Small", hwtResources: { cores: 0.5, memory: { value: 1024, unit: "MiB" } } },
    { id: "old", name: "Old", cores: 2, memory: 4 },
    { id: "odd", name: "Odd", hwtResources: { cores: "lots", memory: { value: 1, unit: "GiB" } } },
    { id: "low", name: "Low", hwtResources: { cores: 4, coresLimit: 1, memory: { value: 1, unit: "GiB" } } },
  ],
};

const [GPU, SMALL, OLD] = tiersFromDomino(DOMINO_ANSWER) as readonly [
  HardwareTier,
  HardwareTier,
  HardwareTier,
];
const RAY = driver("rayclusters.distributed-compute.dominodatalab.com");
const SPARK = driver("sparkclusters");
const RAY_IO = driver("rayclusters.ray.io");

describe("tiersFromDomino()", () => {
  it("reads every form, in canonical quantities, and leaves out what is none", () => {
    expect(tiersFromDomino(DOMINO_ANSWER).map(({ name }) => name)).toEqual(["Gpu", "Small", "Old"]);
    expect(tiersFromDomino(DOMINO_ANSWER.hardwareTiers)).toHaveLength(3);
    expect(GPU).toMatchObject({
      requests: { cpu: "4", memory: "16Gi", "nvidia.com/mig-1g.5gb": "2" },
      limits: { cpu: "8", memory: "20G", "nvidia.com/mig-1g.5gb": "2" },
      restrictedTo: ["spark", "mpi"],
    });
    expect(SMALL).toMatchObject({ requests: { cpu: "500m", memory: "1Gi" }, limits: {} });
    expect(OLD).toMatchObject({ requests: { cpu: "2", memory: "4Gi" } });
    for (const answer of [null, 1, "x", {}, [null], { hardwareTiers: [{}] }])
      expect(tiersFromDomino(answer)).toEqual([]);
  });

  it("takes nothing for a label that is none", () => {
    const evil = { id: "a b", name: "E", nodePool: "x/../y", cores: 1, memory: 1 };
    const [tier] = tiersFromDomino([{ ...evil, gpuConfiguration: { numberOfGpus: 1, gpuKey: "../x" } }]);
    expect(tier).toMatchObject({ id: "", requests: { "nvidia.com/gpu": "1" } });
    expect(tier).not.toHaveProperty("nodePool");
  });
});

describe("a tier", () => {
  it("is found by name and by id, the name first unless it is called an id", () => {
    const twins = [{ ...SMALL, id: "Gpu" }, GPU];
    expect(tierNamed(twins, { text: "Gpu" })?.name).toBe("Gpu");
    expect(tierNamed(twins, { text: "Gpu", isId: true })?.name).toBe("Small");
    expect(tierNamed(twins, { text: "gpu-1" })?.name).toBe("Gpu");
    expect(tierNamed(twins, { text: "none" })).toBeUndefined();
  });

  it("says to whom it is restricted in the words that clients know", () => {
    expect(restrictionText(GPU)).toBe("Hardware tier 'Gpu' is restricted to ['sparkclusters', 'mpicluster']");
    expect(isTierFor(GPU, "ray")).toBe(false);
    expect(isTierFor(SMALL, "ray")).toBe(true);
  });
});

describe("tierOperations()", () => {
  it("leaves nothing of the former tier, and everything else", () => {
    const own = { labels: { team: "a" }, nodeSelector: { zone: "b" }, replicas: 2 };
    const resources = { requests: { cpu: 1, "example.com/fpga": 1 }, claims: [{ name: "c" }] };
    const object = stored(RAY, { worker: { ...own, resources } });
    const small = sized(sized(object, GPU), SMALL);
    expect(specOf(small)["worker"]).toEqual({
      labels: { team: "a", "dominodatalab.com/hardware-tier-id": "small-1" },
      nodeSelector: { zone: "b" },
      replicas: 2,
      resources: {
        claims: [{ name: "c" }],
        requests: { "example.com/fpga": 1, cpu: "500m", memory: "1Gi" },
        limits: {},
      },
    });
    expect(sized(object, GPU)).toMatchObject({
      spec: { worker: { nodeSelector: { zone: "b", "dominodatalab.com/node-pool": "gpus" } } },
    });
  });

  it("asked again changes nothing", () => {
    const once = sized(stored(RAY, { worker: {} }), GPU);
    expect(operations(once, GPU)).toEqual([]);
  });

  it("makes the stanza of a head that has none", () => {
    expect(sized(stored(RAY, {}), SMALL, "head")).toMatchObject({
      spec: { head: { resources: { requests: { cpu: "500m" } } } },
    });
  });

  it("lets a Spark worker offer what its pod has, less the overhead", () => {
    const object = stored(SPARK, { worker: {}, workerMemoryLimit: "1g" });
    const [tier] = LAPTOP_TIERS;
    const after = applyJsonPatch(
      object as unknown as Json,
      operationsOf({ from: SPARK, role: "worker" }, object, tier as HardwareTier),
    );
    expect(after).toMatchObject({ spec: { workerMemoryLimit: "1664m" } });
  });

  it("ray.io: sizes the Ray container of one group, and of the head", () => {
    const template = { spec: { containers: [{ name: "ray" }, { name: "log" }] } };
    const object = stored(RAY_IO, {
      headGroupSpec: { template },
      workerGroupSpecs: [
        { groupName: "a", template },
        { groupName: "b", template },
      ],
    });
    const place = RAY_IO.tierPlace(object, "worker", "b");
    if (!place) throw new Error("no place");
    const after = applyJsonPatch(object as unknown as Json, tierOperations(SMALL, place));
    const groups = specOf(after as unknown as KubeObject)["workerGroupSpecs"] as {
      readonly template: unknown;
    }[];
    expect(groups[1]?.template).toEqual({
      metadata: { labels: { "dominodatalab.com/hardware-tier-id": "small-1" } },
      spec: {
        containers: [
          { name: "ray", resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: {} } },
          { name: "log" },
        ],
        nodeSelector: {},
      },
    });
    expect(groups[0]?.template).toEqual(template);
    expect(RAY_IO.tierPlace(object, "worker")).toBeUndefined();
    expect(RAY_IO.tierPlace(object, "head")).toMatchObject({ keepsRunningPods: true });
  });
});

describe("tiersFromFile()", () => {
  it("reads tiers", () => {
    const [tier] = tiersFromFile({
      tiers: [{ name: "A", requests: { cpu: 1.5, memory: "1024Mi" }, restrictedTo: ["ray"] }],
    });
    expect(tier).toMatchObject({ id: "A", requests: { cpu: "1500m", memory: "1Gi" }, restrictedTo: ["ray"] });
  });

  it.each([
    [{}, /"tiers" must be a list/],
    [{ tiers: [{}] }, /tiers\[0\]: "name"/],
    [{ tiers: [{ name: "a" }] }, /"requests" and "limits" must be maps/],
    [{ tiers: [{ name: "a", requests: { cpu: 1 } }] }, /must have cpu and memory/],
    [{ tiers: [{ name: "a", requests: { cpu: "x", memory: 1 } }] }, /"cpu" is no quantity/],
    [{ tiers: [{ name: "a", requests: { cpu: 2, memory: 1 }, limits: { cpu: 1 } }] }, /below its request/],
    [{ tiers: [{ name: "a", requests: { cpu: 1, memory: 1 }, restrictedTo: ["slurm"] }] }, /restrictedTo/],
  ])("refuses %j", (content, message) => {
    expect(() => tiersFromFile(content)).toThrow(message);
  });
});

function operations(object: KubeObject, tier: HardwareTier, role: Role = "worker") {
  return operationsOf({ from: RAY, role }, object, tier);
}

function operationsOf(
  { from, role }: { readonly from: typeof RAY; readonly role: Role },
  object: KubeObject,
  tier: HardwareTier,
) {
  const place = from.tierPlace(object, role);
  if (!place) throw new Error("no place");
  return tierOperations(tier, place);
}

function sized(object: KubeObject, tier: HardwareTier, role: Role = "worker"): KubeObject {
  return applyJsonPatch(object as unknown as Json, operations(object, tier, role)) as unknown as KubeObject;
}
