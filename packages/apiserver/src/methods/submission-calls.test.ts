import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SECRETS } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import {
  CreateClusterRequestSchema,
  DeleteRayJobSubmissionRequestSchema,
  GetJobDetailsRequestSchema,
  GetJobLogRequestSchema,
  ListJobDetailsRequestSchema,
  type RayJobSubmissionSchema,
  StopRayJobSubmissionRequestSchema,
  SubmitRayJobRequestSchema,
} from "@heliostat/proto";
import {
  type JobDetails,
  type JobRequest,
  RAY_CLUSTERS,
  type RayCluster,
  type RayDashboard,
  RayError,
} from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import { type ApiWorld, aCluster, apiWorld, aTemplate } from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";

let world: ApiWorld;

afterEach(() => world.stop());

const JOB: JobDetails = {
  type: "SUBMISSION",
  status: "SUCCEEDED",
  entrypoint: "python job.py",
  submissionId: "one",
  jobId: "01000000",
  message: "Job finished successfully.",
  startTimeMs: 1_767_225_600_123,
  endTimeMs: 1_767_225_601_456,
  metadata: { team: "vision" },
  runtimeEnv: { env_vars: { b: "2", a: "1" }, pip: ["x", "y"] },
};

describe("RayJobSubmissionService", () => {
  it("submits what the request says and nothing else", async () => {
    const asked: JobRequest[] = [];
    await begin({
      submitJob: async (request) => {
        asked.push(request);
        return { submissionId: "one" };
      },
    });
    expect(await submit({ entrypoint: "echo" })).toMatchObject({ submissionId: "one" });
    await submit({
      entrypoint: "python job.py",
      submissionId: "one",
      metadata: { team: "vision" },
      runtimeEnv: "pip: [x]\nenv_vars:\n  a: '1'\n",
      entrypointNumCpus: 0.5,
      entrypointNumGpus: 1,
      entrypointResources: { shelf: "1.5" },
    });
    expect(asked).toEqual([
      { entrypoint: "echo" },
      {
        entrypoint: "python job.py",
        submissionId: "one",
        metadata: { team: "vision" },
        runtimeEnv: { pip: ["x"], env_vars: { a: "1" } },
        entrypointNumCpus: 0.5,
        entrypointNumGpus: 1,
        entrypointResources: { shelf: 1.5 },
      },
    ]);
  });

  it.each([
    [{}, "jobsubmission.entrypoint is empty"],
    [{ entrypoint: "x", runtimeEnv: "string" }, "jobsubmission.runtimeEnv must be a YAML map"],
    [{ entrypoint: "x", runtimeEnv: "a: [" }, "jobsubmission.runtimeEnv must be a YAML map"],
    [
      { entrypoint: "x", entrypointResources: { a: "much" } },
      "jobsubmission.entrypointResources.a must be a number",
    ],
  ])("refuses %j, naming the field", async (submission, text) => {
    await begin({});
    await expect(submit(submission)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(text),
    });
  });

  it("says when a submission id is taken", async () => {
    await begin({ submitJob: () => Promise.reject(new RayError("AlreadyExists", "taken")) });
    await expect(submit({ entrypoint: "x", submissionId: "one" })).rejects.toMatchObject({
      code: "AlreadyExists",
      message: expect.stringMatching(/^submission ID 'one' already used, /),
    });
  });

  it("tells a job with its times in milliseconds and its runtime environment as Go prints it", async () => {
    await begin({ job: async () => JOB, jobs: async () => [JOB] });
    const told = await details("one");
    expect(told).toMatchObject({
      entrypoint: "python job.py",
      jobId: "01000000",
      submissionId: "one",
      status: "SUCCEEDED",
      startTime: 1_767_225_600_123n,
      endTime: 1_767_225_601_456n,
      metadata: { team: "vision" },
      runtimeEnv: { env_vars: "map[a:1 b:2]", pip: "[x y]" },
    });
    const request = create(ListJobDetailsRequestSchema, { namespace: "default", clustername: "c" });
    const { submissions } = await calls().listJobDetails(request, world.call);
    expect(submissions).toEqual([told]);
  });

  it("tells a log", async () => {
    await begin({ jobLogs: async (id) => `log of ${id}` });
    const request = create(GetJobLogRequestSchema, target("one"));
    expect((await calls().getJobLog(request, world.call)).log).toBe("log of one");
  });

  it("answers NotFound to jobs that Ray does not know, deletion included (KubeRay: 500, and success)", async () => {
    const unknown = () => Promise.reject(new RayError("NotFound", "Job gone does not exist"));
    await begin({ job: unknown, jobLogs: unknown, stopJob: unknown, deleteJob: unknown });
    const expected = {
      code: "NotFound",
      message: expect.stringMatching(/^Job gone does not exist on the cluster: /),
    };
    await expect(details("gone")).rejects.toMatchObject(expected);
    const { getJobLog, stopRayJob, deleteRayJob } = calls();
    await expect(getJobLog(create(GetJobLogRequestSchema, target("gone")), world.call)).rejects.toMatchObject(
      expected,
    );
    await expect(
      stopRayJob(create(StopRayJobSubmissionRequestSchema, target("gone")), world.call),
    ).rejects.toMatchObject(expected);
    await expect(
      deleteRayJob(create(DeleteRayJobSubmissionRequestSchema, target("gone")), world.call),
    ).rejects.toMatchObject(expected);
  });

  it("takes a job that has ended by itself for stopped, and no other", async () => {
    let status: JobDetails["status"] = "SUCCEEDED";
    await begin({ stopJob: async () => false, job: async () => ({ ...JOB, status }) });
    const request = create(StopRayJobSubmissionRequestSchema, target("one"));
    await expect(calls().stopRayJob(request, world.call)).resolves.toBeDefined();
    status = "RUNNING";
    await expect(calls().stopRayJob(request, world.call)).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("refuses a cluster that is not ready, with why (KubeRay: 500)", async () => {
    await begin({ job: async () => JOB }, { state: "" });
    await expect(details("one")).rejects.toMatchObject({
      code: "FailedPrecondition",
      message: expect.stringMatching(/^cluster is not ready: the state of "c" is ""/),
    });
    await world.setStatus("c", {
      state: "",
      conditions: [
        {
          type: "HeadPodReady",
          status: "False",
          reason: "ErrImagePull",
          message: "no such image",
          lastTransitionTime: "2026-01-01T00:00:00Z",
        },
      ],
    });
    await expect(details("one")).rejects.toMatchObject({
      message: expect.stringContaining("HeadPodReady is false: no such image"),
    });
    await world.setStatus("c", { state: "Ready" as never });
    await expect(details("one")).resolves.toBeDefined();
  });

  it("finds no cluster, and no submission without an id", async () => {
    await begin({});
    await expect(details("one", "missing")).rejects.toMatchObject({ code: "NotFound" });
    await expect(details("")).rejects.toMatchObject({ code: "InvalidArgument" });
    await expect(details("one", "")).rejects.toMatchObject({
      message: expect.stringContaining("Cluster name is empty."),
    });
  });

  it("asks for the dashboard at the head's service, on its own port and not that of a node", async () => {
    await begin({ job: async () => JOB }, { state: "ready", endpoints: { dashboard: "30000" } });
    await details("one");
    expect(world.heads[0]?.url).toBe("http://c-head-svc.default.svc.cluster.local:8265");
    expect(world.heads[0]).not.toHaveProperty("token");
  });

  it("shows the cluster's token where it asks for one", async () => {
    await begin({ job: async () => JOB });
    await requireToken();
    await expect(details("one")).rejects.toMatchObject({
      code: "FailedPrecondition",
      message: expect.stringContaining('Secret "c" has no key auth_token'),
    });
    await world.client.create(SECRETS, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "c", namespace: "default" },
      data: { auth_token: btoa("secret-token") },
    });
    await details("one");
    expect(world.heads[0]?.token).toBe("secret-token");
  });
});

async function begin(dashboard: Partial<RayDashboard>, status: RayCluster["status"] = { state: "ready" }) {
  world = await apiWorld({ dashboard });
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
  const request = create(CreateClusterRequestSchema, { cluster: aCluster(), namespace: "default" });
  await world.handlers.ClusterService.createCluster(request, world.call);
  await world.setStatus("c", status);
}

async function requireToken(): Promise<void> {
  await world.client.patch(
    RAY_CLUSTERS,
    { namespace: "default", name: "c" },
    { patch: { type: "merge", body: { spec: { authOptions: { mode: "token" } } } } },
  );
  await settled();
}

function calls() {
  return world.handlers.RayJobSubmissionService;
}

function target(submissionid: string, clustername = "c") {
  return { namespace: "default", clustername, submissionid };
}

function submit(jobsubmission: MessageInitShape<typeof RayJobSubmissionSchema>) {
  const request = create(SubmitRayJobRequestSchema, {
    namespace: "default",
    clustername: "c",
    jobsubmission,
  });
  return calls().submitRayJob(request, world.call);
}

function details(submissionid: string, clustername = "c") {
  return calls().getJobDetails(
    create(GetJobDetailsRequestSchema, target(submissionid, clustername)),
    world.call,
  );
}
