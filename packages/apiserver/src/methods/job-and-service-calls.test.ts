import { create } from "@bufbuild/protobuf";
import { EVENTS } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import {
  CreateRayJobRequestSchema,
  CreateRayServiceRequestSchema,
  DeleteRayJobRequestSchema,
  DeleteRayServiceRequestSchema,
  GetRayJobRequestSchema,
  GetRayServiceRequestSchema,
  ListAllRayJobsRequestSchema,
  ListAllRayServicesRequestSchema,
  ListRayJobsRequestSchema,
  ListRayServicesRequestSchema,
  type RayJob,
  type RayService,
  UpdateRayServiceRequestSchema,
} from "@heliostat/proto";
import { RAY_JOBS, RAY_SERVICES, type RayService as StoredService } from "@heliostat/ray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApiWorld, aJob, apiWorld, aService, aTemplate } from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";

let world: ApiWorld;

beforeEach(async () => {
  world = await apiWorld();
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
});

afterEach(() => world.stop());

describe("RayJobService", () => {
  it("tells a job as it was asked for: no id, no submitter, no defaults that nobody named", async () => {
    const wanted = aJob({ jobId: "mine", jobSubmitter: { image: "ray" }, entrypointNumGpus: 1 });
    const told = await madeJob(wanted);
    expect(told).toMatchObject({ entrypoint: "python job.py", jobId: "", entrypointNumGpus: 1 });
    expect(told.jobSubmitter).toMatchObject({ image: "ray", cpu: "", memory: "" });
    expect(told.createdAt).toBeDefined();
    expect(told.deleteAt).toBeUndefined();
  });

  it("tells the status, nanoseconds included", async () => {
    await madeJob(aJob());
    await world.client.patch(
      RAY_JOBS,
      { namespace: "default", name: "j" },
      {
        subresource: "status",
        patch: {
          type: "merge",
          body: {
            status: {
              jobId: "j-1",
              jobStatus: "RUNNING",
              jobDeploymentStatus: "Running",
              rayClusterName: "j-abc",
              startTime: "2026-01-01T00:00:01Z",
            },
          },
        },
      },
    );
    await settled();
    expect(await getJob("j")).toMatchObject({
      jobId: "j-1",
      jobStatus: "RUNNING",
      jobDeploymentStatus: "Running",
      rayClusterName: "j-abc",
      startTime: { seconds: 1_767_225_601n },
    });
  });

  it.each([
    [
      { jobSubmitter: { image: "ray", cpu: "lots" } },
      "cpu for ray job submitter j is not specified correctly",
    ],
    [{ runtimeEnv: "string" }, "runtimeEnv must be a YAML map"],
    [{ name: "x".repeat(48) }, "at most 47"],
  ])("refuses %j in KubeRay's frame", async (traits, text) => {
    await expect(madeJob(aJob(traits))).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringMatching(
        /^Failed to create a Ray Job: InvalidInputError: Failed to create a Ray Job: /,
      ),
    });
    await expect(madeJob(aJob(traits))).rejects.toThrow(text);
  });

  it("takes a job on a cluster that is there, without a spec", async () => {
    const job = { ...aJob({ clusterSelector: { "ray.io/cluster": "c" } }), clusterSpec: undefined };
    expect((await madeJob(job as RayJob)).clusterSpec).toBeUndefined();
  });

  it("lists, pages, finds and deletes", async () => {
    for (const name of ["b", "a"]) await madeJob(aJob({ name }));
    const { listAllRayJobs, listRayJobs, deleteRayJob } = world.handlers.RayJobService;
    const first = await listAllRayJobs(create(ListAllRayJobsRequestSchema, { limit: 1n }), world.call);
    expect(first.jobs.map(({ name }) => name)).toEqual(["a"]);
    const request = create(ListRayJobsRequestSchema, { namespace: "default", continue: first.continue });
    const second = await listRayJobs(request, world.call);
    expect([second.jobs.map(({ name }) => name), second.continue]).toEqual([["b"], ""]);
    await deleteRayJob(create(DeleteRayJobRequestSchema, { name: "a", namespace: "default" }), world.call);
    await expect(getJob("a")).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringMatching(/^Job a not found: /),
    });
  });

  it.each([
    [{ name: "", namespace: "default" }, "job name is empty. Please specify a valid value."],
    [{ name: "j", namespace: "" }, "job namespace is empty. Please specify a valid value."],
  ])("checks the target %j", async (target, sentence) => {
    const request = create(GetRayJobRequestSchema, target);
    await expect(world.handlers.RayJobService.getRayJob(request, world.call)).rejects.toMatchObject({
      message: `${sentence}: Invalid input error: ${sentence}`,
    });
  });
});

describe("RayServeService", () => {
  it("tells a service as it was asked for, with neither deletion nor status of its own invention", async () => {
    const told = await madeService(aService());
    expect(told).toMatchObject({ serveConfigV2: aService().serveConfigV2, version: "2.53.0" });
    expect(told.deleteAt).toBeUndefined();
  });

  it("refuses a service without a config, on update too (KubeRay: 500), and a graph under v1", async () => {
    const bare = aService({ serveConfigV2: "" });
    const message = expect.stringContaining("serve configuration is not defined");
    const expected = { code: "InvalidArgument", message };
    await expect(madeService(bare)).rejects.toMatchObject(expected);
    await madeService(aService());
    await expect(updated(bare)).rejects.toMatchObject(expected);
    const graph = aService({ serveConfigV2: "", serveDeploymentGraphSpec: { importPath: "a:b" } });
    await expect(madeService(graph)).rejects.toMatchObject(expected);
  });

  it.each([
    [{ importPath: "" }, "serveDeploymentGraphSpec.importPath is empty"],
    [{ importPath: "a:b", runtimeEnv: "string" }, "serveDeploymentGraphSpec.runtimeEnv must be a YAML map"],
    [
      { importPath: "a:b", serveConfigs: [{ deploymentName: "d", userConfig: "string" }] },
      "serveDeploymentGraphSpec.serveConfigs[0].userConfig must be a YAML map",
    ],
    [
      { importPath: "a:b", serveConfigs: [{ deploymentName: "d", routePrefix: "string" }] },
      'routePrefix must begin with "/"',
    ],
    [{ importPath: "a:b", serveConfigs: [{}] }, "serveConfigs[0].deploymentName is empty"],
  ])("refuses the graph %j of v1alpha2, naming the field", async (serveDeploymentGraphSpec, text) => {
    const service = aService({ serveConfigV2: "", serveDeploymentGraphSpec });
    const request = create(CreateRayServiceRequestSchema, { service, namespace: "default" });
    const { createRayService } = world.handlers.RayServeService;
    await expect(createRayService(request, world.v1alpha2)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(text),
    });
  });

  it("shows a graph again under v1alpha2, and the config made of it under v1", async () => {
    const service = aService({ serveConfigV2: "", serveDeploymentGraphSpec: { importPath: "a:b" } });
    const request = create(CreateRayServiceRequestSchema, { service, namespace: "default" });
    const old = await world.handlers.RayServeService.createRayService(request, world.v1alpha2);
    expect(old.serveDeploymentGraphSpec).toMatchObject({ importPath: "a:b" });
    expect(old.serveConfigV2).toBe("");
    const now = await getService("s");
    expect(now.serveDeploymentGraphSpec).toBeUndefined();
    expect(now.serveConfigV2).toContain("name: default");
  });

  it("updates what the message speaks of and leaves what others have added (KubeRay drops it)", async () => {
    await madeService(aService());
    await world.client.patch(
      RAY_SERVICES,
      { namespace: "default", name: "s" },
      {
        patch: {
          type: "merge",
          body: {
            metadata: { labels: { mine: "1" }, annotations: { note: "kept" }, finalizers: ["a.b/c"] },
            spec: { excludeHeadPodFromServeSvc: true },
          },
        },
      },
    );
    await world.clock.turn(5000);
    const serveConfigV2 = "applications:\n  - name: veg\n    import_path: veg:app\n";
    expect(await updated(aService({ serveConfigV2, user: "ada" }))).toMatchObject({
      serveConfigV2,
      user: "ada",
    });
    const stored = await storedService();
    expect(stored.metadata.labels).toMatchObject({ mine: "1", "ray.io/user": "ada" });
    expect(stored.metadata.annotations).toMatchObject({
      note: "kept",
      "ray.io/creation-timestamp": "2026-01-01 00:00:00 +0000 UTC",
      "ray.io/update-timestamp": expect.stringMatching(/ \+0000 UTC$/),
    });
    expect(stored.metadata.finalizers).toEqual(["a.b/c"]);
    expect(stored.spec.excludeHeadPodFromServeSvc).toBe(true);
    await world.client.patch(
      RAY_SERVICES,
      { namespace: "default", name: "s" },
      {
        patch: { type: "merge", body: { metadata: { finalizers: null } } },
      },
    );
  });

  it("does not update what is not there, nor what somebody else has made", async () => {
    await expect(updated(aService())).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringMatching(/^Service s not found: /),
    });
    const { apiVersion, kind, spec } = await storedAfter(aService({ name: "t" }));
    await world.client.create(RAY_SERVICES, {
      apiVersion,
      kind,
      spec,
      metadata: { name: "s", namespace: "default" },
    });
    await expect(updated(aService())).rejects.toMatchObject({
      code: "FailedPrecondition",
      message: "RayService with name s not managed by kuberay-apiserver",
    });
  });

  it("tells applications and deployments by name, and under v1alpha2 the first in the fields of old", async () => {
    await madeService(aService());
    await setServiceStatus();
    const told = await getService("s");
    expect(told.rayServiceStatus).toMatchObject({
      rayClusterName: "s-abc",
      rayClusterState: "ready",
      serviceEndpoint: { dashboard: "8265" },
      applicationStatus: "",
    });
    const applications = told.rayServiceStatus?.serveApplicationStatus ?? [];
    expect(applications.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(applications[0]?.serveDeploymentStatus.map((each) => each.deploymentName)).toEqual(["x", "y"]);
    const old = await world.handlers.RayServeService.getRayService(
      create(GetRayServiceRequestSchema, { name: "s", namespace: "default" }),
      world.v1alpha2,
    );
    expect(old.rayServiceStatus).toMatchObject({ applicationStatus: "RUNNING", applicationMessage: "fine" });
  });

  it("tells its own events and those of its active cluster", async () => {
    await madeService(aService());
    await setServiceStatus();
    await givenEvent("s.1", "RayService", "s");
    await givenEvent("s-abc.1", "RayCluster", "s-abc");
    await givenEvent("other.1", "RayCluster", "other");
    await settled();
    const { rayServiceStatus } = await getService("s");
    expect(rayServiceStatus?.rayServiceEvents.map(({ name }) => name)).toEqual(["s-s.1", "s-s-abc.1"]);
  });

  it("lists in pages of its own words, and deletes", async () => {
    for (const name of ["b", "a"]) await madeService(aService({ name }));
    const { listAllRayServices, listRayServices, deleteRayService } = world.handlers.RayServeService;
    const first = await listAllRayServices(
      create(ListAllRayServicesRequestSchema, { pageSize: 1 }),
      world.call,
    );
    const request = create(ListRayServicesRequestSchema, {
      namespace: "default",
      pageToken: first.nextPageToken,
    });
    const second = await listRayServices(request, world.call);
    expect(second).toMatchObject({ services: [{ name: "b" }], nextPageToken: "", totalSize: 0 });
    await deleteRayService(
      create(DeleteRayServiceRequestSchema, { name: "a", namespace: "default" }),
      world.call,
    );
    await expect(getService("a")).rejects.toMatchObject({ code: "NotFound" });
  });

  it.each([
    [{ name: "", namespace: "default" }, "ray service name is empty. Please specify a valid value."],
    [{ name: "s", namespace: "" }, "ray service namespace is empty. Please specify a valid value."],
  ])("checks the target %j", async (target, sentence) => {
    const request = create(GetRayServiceRequestSchema, target);
    await expect(world.handlers.RayServeService.getRayService(request, world.call)).rejects.toMatchObject({
      message: `${sentence}: Invalid input error: ${sentence}`,
    });
  });
});

function madeJob(job: RayJob): Promise<RayJob> {
  const request = create(CreateRayJobRequestSchema, { job, namespace: "default" });
  return world.handlers.RayJobService.createRayJob(request, world.call);
}

function getJob(name: string): Promise<RayJob> {
  const request = create(GetRayJobRequestSchema, { name, namespace: "default" });
  return world.handlers.RayJobService.getRayJob(request, world.call);
}

function madeService(service: RayService): Promise<RayService> {
  const request = create(CreateRayServiceRequestSchema, { service, namespace: "default" });
  return world.handlers.RayServeService.createRayService(request, world.call);
}

function updated(service: RayService): Promise<RayService> {
  const request = create(UpdateRayServiceRequestSchema, {
    service,
    namespace: "default",
    name: service.name,
  });
  return world.handlers.RayServeService.updateRayService(request, world.call);
}

function getService(name: string): Promise<RayService> {
  const request = create(GetRayServiceRequestSchema, { name, namespace: "default" });
  return world.handlers.RayServeService.getRayService(request, world.call);
}

function storedService(name = "s"): Promise<StoredService> {
  return world.client.get(RAY_SERVICES, { namespace: "default", name });
}

async function storedAfter(service: RayService): Promise<StoredService> {
  await madeService(service);
  return storedService(service.name);
}

async function setServiceStatus(): Promise<void> {
  const activeServiceStatus = {
    rayClusterName: "s-abc",
    rayClusterStatus: { state: "ready", endpoints: { dashboard: "8265" } },
    applicationStatuses: {
      b: { status: "DEPLOYING" },
      a: {
        status: "RUNNING",
        message: "fine",
        serveDeploymentStatuses: { y: { status: "HEALTHY" }, x: { status: "HEALTHY" } },
      },
    },
  };
  await world.client.patch(
    RAY_SERVICES,
    { namespace: "default", name: "s" },
    { subresource: "status", patch: { type: "merge", body: { status: { activeServiceStatus } } } },
  );
  await settled();
}

async function givenEvent(name: string, kind: string, about: string): Promise<void> {
  await world.client.create(EVENTS, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    regarding: { apiVersion: "ray.io/v1", kind, name: about, namespace: "default" },
    reason: "Created",
    note: "made",
    type: "Normal",
    action: "Create",
    reportingController: "controller",
    reportingInstance: "one",
    eventTime: "2026-01-01T00:00:00.000000Z",
  });
}
