import type { Json } from "@heliostat/kube";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expandTemplates, templateNames } from "../objects/templates/expand-templates.ts";
import type { Template } from "../objects/templates/template.ts";
import { type ApiWorld, apiWorld, aTemplate } from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";
import { templateExpansion } from "./template-expansion.ts";

const TEMPLATE: Template = {
  message: aTemplate({
    cpu: 2,
    memory: 8,
    gpu: 1,
    extendedResources: { "a/b": 3 },
    tolerations: [{ key: "ray", operator: "Exists", effect: "NoSchedule" }],
  }),
  extras: { nodeSelector: { disk: "ssd" } },
};

const CONTAINERS = [
  { name: "ray-worker", image: "ray", resources: { limits: { cpu: "1", memory: "1Gi", "x/y": "1" } } },
  { name: "sidecar", image: "busybox" },
];

describe("expandTemplates()", () => {
  it.each([
    ["a cluster", (spec: Json) => spec, (spec: Json) => spec],
    ["a job", (spec: Json) => ({ rayClusterSpec: spec }), at("rayClusterSpec")],
    ["a service", (spec: Json) => ({ rayClusterConfig: spec }), at("rayClusterConfig")],
    [
      "a cron job",
      (spec: Json) => ({ jobTemplate: { rayClusterSpec: spec } }),
      (spec: Json) => at("rayClusterSpec")(at("jobTemplate")(spec)),
    ],
  ])("fills templates in, in %s", (_kind, wrapped, unwrapped) => {
    const worker = {
      groupName: "w",
      computeTemplate: "t",
      template: { spec: { containers: CONTAINERS, tolerations: [{ key: "own" }] } },
    };
    const head = { template: { spec: { containers: [{ name: "ray-head" }] } } };
    const object = {
      spec: wrapped({ headGroupSpec: head, workerGroupSpecs: [worker] } as unknown as Json),
    } as Json;
    expect(templateNames(object)).toEqual(["t"]);
    const { spec } = expandTemplates(object, () => TEMPLATE) as { spec: Json };
    const { headGroupSpec, workerGroupSpecs } = unwrapped(spec) as unknown as Record<string, never>;
    expect(headGroupSpec).toEqual(head);
    expect(workerGroupSpecs).toEqual([
      {
        groupName: "w",
        template: {
          metadata: { annotations: { "ray.io/compute-template": "t" } },
          spec: {
            nodeSelector: { disk: "ssd" },
            tolerations: [{ key: "own" }, { key: "ray", operator: "Exists", effect: "NoSchedule" }],
            containers: [
              {
                ...CONTAINERS[0],
                resources: {
                  requests: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1", "a/b": "3" },
                  limits: { cpu: "2", memory: "8Gi", "nvidia.com/gpu": "1", "a/b": "3", "x/y": "1" },
                },
              },
              {
                ...CONTAINERS[1],
                resources: { requests: { cpu: "2", memory: "8Gi" }, limits: { cpu: "2", memory: "8Gi" } },
              },
            ],
          },
        },
      },
    ]);
  });

  it.each([[null], ["text"], [{}], [{ spec: 3 }], [{ spec: { headGroupSpec: [] } }]])(
    "leaves %j alone",
    (object) => {
      expect(templateNames(object)).toEqual([]);
      expect(expandTemplates(object, () => TEMPLATE)).toEqual(object);
    },
  );
});

describe("templateExpansion()", () => {
  let world: ApiWorld;

  beforeEach(async () => {
    world = await apiWorld();
    await createTemplate(world.ports, TEMPLATE, world.call);
  });

  afterEach(() => world.stop());

  const target = () => ({ namespace: "default", signal: world.call.signal });
  const current = aRayCluster({ metadata: { resourceVersion: "7" } }) as unknown as Json;

  it("refuses a template that is not there as Kubernetes refuses a bad object", async () => {
    const object = { spec: { headGroupSpec: { computeTemplate: "gone" } } };
    await expect(templateExpansion(world.ports).object(object, target())).rejects.toMatchObject({
      reason: "Invalid",
      message: expect.stringContaining('compute template "gone"'),
    });
  });

  it("leaves patches alone that name none", async () => {
    const patch = { type: "merge", body: { spec: { suspend: true } } } as const;
    expect(await templateExpansion(world.ports).patch(patch, current, target())).toBe(patch);
  });

  it("makes of a patch that names one what it means for the object as it is, and for no other", async () => {
    const patch = { type: "merge", body: { spec: { headGroupSpec: { computeTemplate: "t" } } } } as const;
    const { type, body } = await templateExpansion(world.ports).patch(patch, current, target());
    expect(type).toBe("merge");
    expect(body).toMatchObject({
      metadata: { resourceVersion: "7" },
      spec: { headGroupSpec: { template: { spec: { nodeSelector: { disk: "ssd" } } } } },
    });
    expect(JSON.stringify(body)).not.toContain("computeTemplate");
  });

  it("reads JSON patches too", async () => {
    const body = [{ op: "add", path: "/spec/workerGroupSpecs/0/computeTemplate", value: "t" }] as const;
    const patched = await templateExpansion(world.ports).patch({ type: "json", body }, current, target());
    expect(patched.type).toBe("merge");
    expect(JSON.stringify(patched.body)).toContain('"ray.io/compute-template":"t"');
  });
});

function at(key: string): (spec: Json) => Json {
  return (spec) => (spec as Readonly<Record<string, Json>>)[key] as Json;
}
