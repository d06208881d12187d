import { create } from "@bufbuild/protobuf";
import { settled } from "@heliostat/kube/testing";
import {
  CreateRayJobRequestSchema,
  CreateRayServiceRequestSchema,
  type RayJob,
  ResumeRayJobRequestSchema,
  ResumeRayServiceRequestSchema,
  ScaleRayJobRequestSchema,
  SuspendRayJobRequestSchema,
  SuspendRayServiceRequestSchema,
} from "@heliostat/proto";
import { RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiWorld, aJob, apiWorld, aService, aTemplate } from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";

const TARGET = { namespace: "default", name: "j" };

let world: ApiWorld;

beforeEach(async () => {
  world = await apiWorld();
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
});

afterEach(() => world.stop());

describe("WorkloadExtensionService", () => {
  it("scales the cluster that a job runs on, once there is one", async () => {
    await made(aJob());
    await expect(scaled(4)).rejects.toMatchObject({ code: "FailedPrecondition" });
    const metadata = { name: "j-abc", namespace: "default" };
    await world.client.create(RAY_CLUSTERS, aRayCluster({ metadata }));
    await world.client.patch(RAY_JOBS, TARGET, {
      subresource: "status",
      patch: { type: "merge", body: { status: { rayClusterName: "j-abc" } } },
    });
    await settled();
    expect(await scaled(4)).toMatchObject({ name: "j" });
    const { spec } = await world.client.get(RAY_CLUSTERS, metadata);
    expect(spec.workerGroupSpecs?.[0]?.replicas).toBe(4);
    await expect(scaled(40)).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("suspends and resumes jobs, but none that runs on a cluster of others", async () => {
    await made(aJob());
    const { suspendRayJob, resumeRayJob } = calls();
    await suspendRayJob(create(SuspendRayJobRequestSchema, TARGET), world.call);
    expect((await world.client.get(RAY_JOBS, TARGET)).spec.suspend).toBe(true);
    await resumeRayJob(create(ResumeRayJobRequestSchema, TARGET), world.call);
    expect((await world.client.get(RAY_JOBS, TARGET)).spec.suspend).toBe(false);

    await made(aJob({ name: "k", clusterSelector: { "ray.io/cluster": "c" } }));
    const other = create(SuspendRayJobRequestSchema, { ...TARGET, name: "k" });
    await expect(suspendRayJob(other, world.call)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining("Cannot suspend job k"),
    });
  });

  it("suspends and resumes services", async () => {
    const request = create(CreateRayServiceRequestSchema, { service: aService(), namespace: "default" });
    await world.handlers.RayServeService.createRayService(request, world.call);
    const target = { namespace: "default", name: "s" };
    await calls().suspendRayService(create(SuspendRayServiceRequestSchema, target), world.call);
    expect((await world.client.get(RAY_SERVICES, target)).spec.suspend).toBe(true);
    await calls().resumeRayService(create(ResumeRayServiceRequestSchema, target), world.call);
    expect((await world.client.get(RAY_SERVICES, target)).spec.suspend).toBe(false);
  });

  it.each([
    [{ namespace: "default", name: "" }, "InvalidArgument"],
    [{ namespace: "", name: "j" }, "InvalidArgument"],
    [{ namespace: "default", name: "missing" }, "NotFound"],
  ])("refuses the target %j", async (target, code) => {
    const request = create(SuspendRayJobRequestSchema, target);
    await expect(calls().suspendRayJob(request, world.call)).rejects.toMatchObject({ code });
  });
});

function calls() {
  return world.handlers.WorkloadExtensionService;
}

function made(job: RayJob): Promise<RayJob> {
  const request = create(CreateRayJobRequestSchema, { job, namespace: "default" });
  return world.handlers.RayJobService.createRayJob(request, world.call);
}

function scaled(replicas: number): Promise<RayJob> {
  const scale = { groups: [{ groupName: "workers", replicas }] };
  return calls().scaleRayJob(create(ScaleRayJobRequestSchema, { ...TARGET, scale }), world.call);
}
