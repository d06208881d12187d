import type { CustomResourceDefinition, CustomResourceDefinitionVersion, Schema } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { RAY_CLUSTERS, RAY_CRON_JOBS, RAY_JOBS, RAY_SERVICES } from "../ray-resources.ts";
import { rayCrds } from "./ray-crds.ts";
import { structuralFaults } from "./testing/structural-faults.ts";

const crds = rayCrds();

describe("rayCrds", () => {
  it("defines each ray.io resource under its own name", () => {
    const resources = crds.map(({ spec }) => ({
      group: spec.group,
      version: spec.versions.find(({ storage }) => storage)?.name,
      plural: spec.names.plural,
      kind: spec.names.kind,
      isNamespaced: spec.scope === "Namespaced",
    }));
    expect(resources).toEqual([RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES, RAY_CRON_JOBS]);
    expect(crds.map(({ metadata }) => metadata.name)).toEqual([
      "rayclusters.ray.io",
      "rayjobs.ray.io",
      "rayservices.ray.io",
      "raycronjobs.ray.io",
    ]);
  });

  it("serves every version with a status of its own and no scale", () => {
    for (const version of crds.flatMap(({ spec }) => spec.versions)) {
      expect(version).toMatchObject({ served: true, subresources: { status: {} } });
      expect(Object.keys(version.subresources ?? {})).toEqual(["status"]);
    }
  });

  it("stores v1 and warns of v1alpha1", () => {
    expect(
      versionsOf("rayclusters").map(({ name, storage, deprecated }) => [name, storage, deprecated]),
    ).toEqual([
      ["v1", true, undefined],
      ["v1alpha1", false, true],
    ]);
    expect(versionsOf("rayjobs")[1]?.deprecationWarning).toMatch(
      /^ray\.io\/v1alpha1 RayJob is deprecated: use /,
    );
    expect(versionsOf("raycronjobs").map(({ name }) => name)).toEqual(["v1"]);
  });

  it("shows the columns that KubeRay's users know", () => {
    expect(columns("rayclusters")).toEqual([
      "desired workers",
      "available workers",
      "cpus",
      "memory",
      "gpus",
      "tpus (wide)",
      "status",
      "age",
      "head pod IP (wide)",
      "head service IP (wide)",
    ]);
    expect(columns("rayservices")).toEqual(["service status", "num serve endpoints"]);
  });
});

describe("the schemas", () => {
  it.each(crds.map((crd) => [crd.metadata.name, crd] as const))("of %s are structural", (_, crd) => {
    for (const version of crd.spec.versions) expect(structuralFaults(schemaOf(version))).toEqual([]);
  });

  it("point every printer column at a field that exists", () => {
    for (const version of crds.flatMap(({ spec }) => spec.versions)) {
      for (const { jsonPath } of version.additionalPrinterColumns ?? []) {
        if (jsonPath.startsWith(".metadata.")) continue;
        expect(at(schemaOf(version), jsonPath.slice(1)), jsonPath).toBeDefined();
      }
    }
  });

  it("are built from shared parts", () => {
    expect(countObjects(crds)).toBeLessThan(2_000);
    const [v1, v1alpha1] = versionsOf("rayclusters").map(schemaOf);
    const podSpec = "spec.headGroupSpec.template.spec";
    expect(at(v1, podSpec)).toBe(at(v1, "spec.workerGroupSpecs.template.spec"));
    expect(at(v1, podSpec)).toBe(at(v1alpha1, podSpec));
  });

  it("stay far below what an API server stores", () => {
    for (const crd of crds) expect(JSON.stringify(crd).length, crd.metadata.name).toBeLessThan(500_000);
  });

  it("describe our fields and none of Kubernetes' own", () => {
    const spec = at(schemaOf(versionsOf("rayclusters")[0]), "spec") as Schema;
    for (const [name, field] of Object.entries(spec.properties ?? {})) {
      expect(field.description, name).toMatch(/\.$/);
    }
    expect(at(spec, "headGroupSpec.template.spec.containers")?.description).toBeUndefined();
  });

  it("fill in what KubeRay's fill in", () => {
    const group = at(schemaOf(versionsOf("rayclusters")[0]), "spec.workerGroupSpecs")?.items as Schema;
    expect(defaults(group)).toEqual({
      replicas: 0,
      minReplicas: 0,
      maxReplicas: 2147483647,
      numOfHosts: 1,
      priority: 0,
    });
    expect(group.required).toEqual(["groupName", "minReplicas", "maxReplicas", "template"]);
    const job = at(schemaOf(versionsOf("rayjobs")[0]), "spec") as Schema;
    expect(defaults(job)).toEqual({
      submissionMode: "K8sJobMode",
      ttlSecondsAfterFinished: 0,
      backoffLimit: 0,
    });
  });

  it("demand rayStartParams in v1alpha1 only", () => {
    const [v1, v1alpha1] = versionsOf("rayclusters").map((version) =>
      at(schemaOf(version), "spec.headGroupSpec"),
    );
    expect(v1?.required).toEqual(["template"]);
    expect(v1alpha1?.required).toEqual(["rayStartParams", "template"]);
  });

  it("keep managedBy as it was, wherever a spec is the object's own or a template", () => {
    for (const path of ["spec.managedBy", "spec.rayClusterSpec.managedBy"]) {
      const rules = at(schemaOf(versionsOf("rayjobs")[0]), path)?.["x-kubernetes-validations"];
      expect(rules?.[0]).toEqual({ rule: "self == oldSelf", message: "the managedBy field is immutable" });
    }
  });

  it("let a template say five things of its metadata", () => {
    const metadata = at(schemaOf(versionsOf("rayclusters")[0]), "spec.headGroupSpec.template.metadata");
    expect(Object.keys(metadata?.properties ?? {})).toEqual([
      "annotations",
      "finalizers",
      "labels",
      "name",
      "namespace",
    ]);
  });

  it("take a status in any words that came before ours", () => {
    expect(at(schemaOf(versionsOf("rayclusters")[0]), "status.state")?.enum).toBeUndefined();
    expect(at(schemaOf(versionsOf("rayjobs")[0]), "spec.submissionMode")?.enum).toBeUndefined();
  });
});

function versionsOf(plural: string): readonly CustomResourceDefinitionVersion[] {
  const crd = crds.find(({ spec }) => spec.names.plural === plural) as CustomResourceDefinition;
  return crd.spec.versions;
}

function columns(plural: string): readonly string[] {
  const { additionalPrinterColumns = [] } = versionsOf(plural)[0] as CustomResourceDefinitionVersion;
  return additionalPrinterColumns.map(({ name, priority }) => (priority ? `${name} (wide)` : name));
}

function schemaOf(version: CustomResourceDefinitionVersion | undefined): Schema {
  return version?.schema?.openAPIV3Schema as Schema;
}

/** The schema of a field by its path; lists are stepped into. */
function at(schema: Schema | undefined, path: string): Schema | undefined {
  return path.split(".").reduce<Schema | undefined>((each, name) => inner(each)?.properties?.[name], schema);
}

function inner(schema: Schema | undefined): Schema | undefined {
  return schema?.items ?? schema;
}

function defaults({ properties = {} }: Schema): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) =>
      "default" in field ? [[name, field.default]] : [],
    ),
  );
}

function countObjects(value: unknown, seen: Set<unknown> = new Set()): number {
  if (typeof value !== "object" || value === null || seen.has(value)) return seen.size;
  seen.add(value);
  for (const part of Object.values(value)) countObjects(part, seen);
  return seen.size;
}
