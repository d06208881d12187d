import { create } from "@bufbuild/protobuf";
import { CONFIG_MAPS, type ConfigMap } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import {
  type ComputeTemplate,
  CreateComputeTemplateRequestSchema,
  CreateTemplateRequestSchema,
  DeleteComputeTemplateRequestSchema,
  GetComputeTemplateRequestSchema,
  GetTemplateRequestSchema,
  ListAllComputeTemplatesRequestSchema,
  ListComputeTemplatesRequestSchema,
} from "@heliostat/proto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiWorld, apiWorld, aTemplate } from "../testing/api-world.ts";

let world: ApiWorld;

beforeEach(async () => {
  world = await apiWorld();
});

afterEach(() => world.stop());

describe("ComputeTemplateService", () => {
  it("keeps a template in a ConfigMap of KubeRay's making", async () => {
    await made({
      gpu: 1,
      gpuAccelerator: "Tesla-V100",
      tolerations: [{ key: "ray", operator: "Equal", value: "", effect: "NoSchedule" }],
      extendedResources: { "vpc.amazonaws.com/efa": 32 },
    });
    const { metadata, data } = await stored();
    expect(metadata.labels).toEqual({
      "ray.io/config-type": "compute-template",
      "ray.io/compute-template": "t",
    });
    expect(data).toEqual({
      name: "t",
      namespace: "default",
      cpu: "1",
      memory: "4",
      memory_unit: "Gi",
      gpu: "1",
      gpu_accelerator: "Tesla-V100",
      extended_resources: '{"vpc.amazonaws.com/efa":32}',
      tolerations: '[{"key":"ray","operator":"Equal","effect":"NoSchedule"}]',
    });
  });

  it("writes null for no extended resources, and no key for no tolerations", async () => {
    await made({});
    const { data } = await stored();
    expect(data?.["extended_resources"]).toBe("null");
    expect(data).not.toHaveProperty("tolerations");
  });

  it("tells a template as it was asked for, with the unit filled in", async () => {
    const wanted = aTemplate({ gpu: 2, extendedResources: { "a/b": 1 } });
    expect(await made({ gpu: 2, extendedResources: { "a/b": 1 } })).toEqual({ ...wanted, memoryUnit: "Gi" });
    expect(await get("t")).toMatchObject({ memoryUnit: "Gi", gpu: 2 });
  });

  it("refuses a name that is taken, be it by any ConfigMap", async () => {
    await made({});
    const sentence = "Compute template with name t already exists in namespace default";
    await expect(made({})).rejects.toMatchObject({
      code: "AlreadyExists",
      message: `${sentence}: Already exist error: ${sentence}`,
    });
    await givenConfigMap({ metadata: { name: "other" } });
    await expect(made({ name: "other" })).rejects.toMatchObject({ code: "AlreadyExists" });
  });

  it.each([
    [{ memoryUnit: "Gibi" }, "invalid memory quantity 4Gibi"],
    [{ name: "UPPER" }, "name must be"],
  ])("refuses %j", async (traits, text) => {
    await expect(made(traits)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(text),
    });
  });

  it("reads an old ConfigMap without a unit as Gi (KubeRay: bytes), and nonsense as 0", async () => {
    await givenConfigMap({
      metadata: { name: "old", labels: { "ray.io/config-type": "compute-template" } },
      data: { cpu: "2", memory: "4", gpu: "many", tolerations: "{", extended_resources: "null" },
    });
    expect(await get("old")).toMatchObject({ cpu: 2, memory: 4, memoryUnit: "Gi", gpu: 0, tolerations: [] });
  });

  it("neither shows nor deletes ConfigMaps that are no templates (KubeRay does)", async () => {
    await givenConfigMap({ metadata: { name: "other" }, data: { cpu: "1" } });
    await expect(get("other")).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringContaining("Compute template other not found"),
    });
    const request = create(DeleteComputeTemplateRequestSchema, { name: "other", namespace: "default" });
    await expect(calls().deleteComputeTemplate(request, world.call)).rejects.toMatchObject({
      code: "NotFound",
    });
    expect((await listAll()).computeTemplates).toEqual([]);
  });

  it("lists from the cache, by name, what anybody has labelled so", async () => {
    await made({ name: "b" });
    await made({ name: "a" });
    await givenConfigMap({ metadata: { name: "c", labels: { "ray.io/config-type": "compute-template" } } });
    const asked = world.asked.length;
    expect((await listAll()).computeTemplates.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    const other = create(ListComputeTemplatesRequestSchema, { namespace: "other" });
    expect((await calls().listComputeTemplates(other, world.call)).computeTemplates).toEqual([]);
    expect(world.asked).toHaveLength(asked);
  });

  it("deletes once", async () => {
    await made({});
    const request = create(DeleteComputeTemplateRequestSchema, { name: "t", namespace: "default" });
    await calls().deleteComputeTemplate(request, world.call);
    expect((await listAll()).computeTemplates).toEqual([]);
    await expect(calls().deleteComputeTemplate(request, world.call)).rejects.toMatchObject({
      code: "NotFound",
    });
  });

  it.each([
    [{ name: "", namespace: "default" }, "Compute template name is empty. Please specify a valid value."],
    [{ name: "t", namespace: "" }, "Namespace is empty. Please specify a valid value."],
  ])("checks the target of get and delete: %j", async (target, sentence) => {
    const expected = { code: "InvalidArgument", message: `${sentence}: Invalid input error: ${sentence}` };
    const { getComputeTemplate, deleteComputeTemplate } = calls();
    await expect(
      getComputeTemplate(create(GetComputeTemplateRequestSchema, target), world.call),
    ).rejects.toMatchObject(expected);
    await expect(
      deleteComputeTemplate(create(DeleteComputeTemplateRequestSchema, target), world.call),
    ).rejects.toMatchObject(expected);
  });
});

describe("TemplateExtensionService", () => {
  const extras = { cpuQuantity: "500m", limits: { cpu: "2" }, nodeSelector: { disk: "ssd" } };

  it("keeps fractions, limits and selectors where KubeRay's server passes them over", async () => {
    await madeExtended(extras);
    expect(await getExtended("t")).toMatchObject({ ...extras, template: { name: "t", cpu: 1 } });
    const { data } = await stored();
    expect(data).toMatchObject({
      cpu: "1",
      cpu_quantity: "500m",
      limits: '{"cpu":"2"}',
      node_selector: '{"disk":"ssd"}',
    });
    expect(Object.keys(await get("t"))).not.toContain("cpuQuantity");
  });

  it("refuses amounts that are none", async () => {
    await expect(madeExtended({ limits: { memory: "much" } })).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining('the amount of memory: "much"'),
    });
  });

  it("stores nothing in a dry run", async () => {
    await madeExtended(extras, true);
    expect((await listAll()).computeTemplates).toEqual([]);
  });

  function madeExtended(traits: object, dryRun = false) {
    const template = { template: aTemplate({ cpu: 0 }), cpuQuantity: "1", ...traits };
    const request = create(CreateTemplateRequestSchema, { namespace: "default", template, dryRun });
    return world.handlers.TemplateExtensionService.createTemplate(request, world.call);
  }

  function getExtended(name: string) {
    const request = create(GetTemplateRequestSchema, { namespace: "default", name });
    return world.handlers.TemplateExtensionService.getTemplate(request, world.call);
  }
});

function calls() {
  return world.handlers.ComputeTemplateService;
}

function made(traits: Parameters<typeof aTemplate>[0]): Promise<ComputeTemplate> {
  const request = create(CreateComputeTemplateRequestSchema, {
    computeTemplate: aTemplate(traits),
    namespace: "default",
  });
  return calls().createComputeTemplate(request, world.call);
}

function get(name: string): Promise<ComputeTemplate> {
  const request = create(GetComputeTemplateRequestSchema, { name, namespace: "default" });
  return calls().getComputeTemplate(request, world.call);
}

function listAll() {
  return calls().listAllComputeTemplates(create(ListAllComputeTemplatesRequestSchema), world.call);
}

function stored(): Promise<ConfigMap> {
  return world.client.get(CONFIG_MAPS, { name: "t", namespace: "default" });
}

async function givenConfigMap({ metadata, data }: Pick<ConfigMap, "metadata" | "data">): Promise<void> {
  const named = { ...metadata, namespace: "default" };
  await world.client.create(CONFIG_MAPS, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: named,
    ...(data && { data }),
  });
  await settled();
}
