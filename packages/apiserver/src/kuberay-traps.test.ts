import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { CONFIG_MAPS } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import {
  CreateClusterRequestSchema,
  CreateComputeTemplateRequestSchema,
  CreateRayJobRequestSchema,
  CreateRayServiceRequestSchema,
  SubmitRayJobRequestSchema,
  UpdateRayServiceRequestSchema,
} from "@heliostat/proto";
import { type JobRequest, RAY_CLUSTERS, RAY_JOBS, type RayDashboard, RayError } from "@heliostat/ray";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { A_CLUSTER_SPEC } from "./testing/api-world.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

/*
 * What KubeRay's server is known to stumble over (reference §12), trap by trap, in front of the whole server: what it
 * crashes on is an error here, and what its clients depend on is kept.
 */

const N = "/apis/v1/namespaces/default";
const submitted: JobRequest[] = [];
let served: ServedWorld;

beforeAll(async () => {
  const unknown = () => Promise.reject(new RayError("NotFound", "no such job"));
  const dashboard: Partial<RayDashboard> = {
    submitJob: async (request) => {
      submitted.push(request);
      return { submissionId: "one" };
    },
    job: unknown,
    jobLogs: unknown,
    jobs: unknown,
    stopJob: unknown,
    deleteJob: unknown,
  };
  served = await servedWorld({}, { dashboard });
  expect(await post("compute_templates", template())).toMatchObject({ status: 200 });
  expect(await post("clusters", cluster("ready"))).toMatchObject({ status: 200 });
  await served.world.setStatus("ready", { state: "ready" });
});

afterAll(() => served.stop());

describe("trap 1: nothing crashes", () => {
  it.each<readonly [string, DescMessage]>([
    ["ClusterService/CreateCluster", CreateClusterRequestSchema],
    ["ComputeTemplateService/CreateComputeTemplate", CreateComputeTemplateRequestSchema],
    ["RayJobService/CreateRayJob", CreateRayJobRequestSchema],
    ["RayServeService/CreateRayService", CreateRayServiceRequestSchema],
    ["RayServeService/UpdateRayService", UpdateRayServiceRequestSchema],
    ["RayJobSubmissionService/SubmitRayJob", SubmitRayJobRequestSchema],
  ])("on a request of %s without its object", async (path, schema) => {
    const grpc = new GrpcCaller(served.server.grpcAddress);
    for (const init of [{}, { namespace: "default", name: "x", clustername: "ready" }]) {
      const bytes = toBinary(schema, create(schema, init as never));
      await expect(grpc.callBytes(`/proto.${path}`, bytes)).rejects.toMatchObject({ code: 3 });
    }
    grpc.close();
  });

  it("on secrets with items, volumes without mounts, groups without numbers", async () => {
    const { client } = served.world;
    const odd = {
      apiVersion: "ray.io/v1",
      kind: "RayCluster",
      metadata: {
        name: "odd",
        namespace: "default",
        labels: { "app.kubernetes.io/managed-by": "kuberay-apiserver" },
      },
      spec: {
        headGroupSpec: {
          template: {
            spec: {
              containers: [{ name: "ray-head", image: "r", volumeMounts: [{ name: "s", mountPath: "/s" }] }],
              volumes: [
                { name: "s", secret: { secretName: "s", items: [{ key: "a", path: "b" }] } },
                { name: "unmounted", emptyDir: {} },
              ],
            },
          },
        },
        workerGroupSpecs: [
          { groupName: "w", template: { spec: { containers: [{ name: "ray-worker", image: "r" }] } } },
        ],
      },
    };
    await client.create(RAY_CLUSTERS, odd as never);
    await settled();
    const { status, body } = await call("GET", "clusters/odd");
    expect([status, body.clusterSpec.headGroupSpec.volumes]).toMatchObject([
      200,
      [{ name: "s", volumeType: 4, source: "s", items: { a: "b" } }, { name: "unmounted" }],
    ]);
    await client.delete(RAY_CLUSTERS, { namespace: "default", name: "odd" });
    await settled();
  });
});

test("trap 2: an error has a code and a message, and nothing else", async () => {
  for (const path of ["clusters/absent", "clusters/", "nowhere"])
    expect(Object.keys((await call("GET", path)).body)).toEqual(["code", "message"]);
});

test("trap 3: minReplicas 0 is replicas under v1 and stays 0 under v1alpha2; without replicas it is 0", async () => {
  const spec = (replicas: number) => {
    const [group] = A_CLUSTER_SPEC.workerGroupSpec;
    return { ...A_CLUSTER_SPEC, workerGroupSpec: [{ ...group, replicas, minReplicas: 0 }] };
  };
  const least = async (path: string, replicas: number): Promise<unknown> => {
    const body = JSON.stringify({ ...cluster(`least-${replicas}`), clusterSpec: spec(replicas) });
    expect((await served.fetch(`${path}/clusters`, { method: "POST", body })).status).toBe(200);
    const place = { namespace: "default", name: `least-${replicas}` };
    const made = await served.world.client.get(RAY_CLUSTERS, place);
    await call("DELETE", `clusters/least-${replicas}`);
    return made.spec.workerGroupSpecs?.[0]?.minReplicas;
  };
  expect(await least(N, 2)).toBe(2);
  expect(await least(N, 0)).toBe(0);
  expect(await least(N.replace("v1", "v1alpha2"), 2)).toBe(0);
});

test("trap 4: GPUs, deadline and resources of an entrypoint are neither lost nor a crash; a job needs none", async () => {
  const job = {
    ...object("j"),
    clusterSpec: A_CLUSTER_SPEC,
    entrypointNumGpus: 2,
    activeDeadlineSeconds: 60,
  };
  expect(await post("jobs", job)).toMatchObject({
    status: 200,
    body: { entrypointNumGpus: 2, activeDeadlineSeconds: 60 },
  });
  const { spec } = await served.world.client.get(RAY_JOBS, { namespace: "default", name: "j" });
  expect(spec).toMatchObject({ entrypointNumGpus: 2, activeDeadlineSeconds: 60 });
  const submission = { entrypoint: "true", entrypointResources: { shelf: "0.5" } };
  expect(await post("jobsubmissions/ready", submission)).toMatchObject({ body: { submissionId: "one" } });
  expect(submitted.at(-1)).toMatchObject({ entrypointResources: { shelf: 0.5 } });
});

describe("trap 5: what is nobody's fault but the caller's is no 500", () => {
  it("a template that is not there is 400, a name that is taken 409", async () => {
    const group = { ...A_CLUSTER_SPEC.headGroupSpec, computeTemplate: "absent" };
    const missing = { ...cluster("m"), clusterSpec: { ...A_CLUSTER_SPEC, headGroupSpec: group } };
    expect(await post("clusters", missing)).toMatchObject({ status: 400 });
    expect(await post("clusters", cluster("ready"))).toMatchObject({ status: 409 });
  });

  it("an object of another maker is 400", async () => {
    const { metadata: _, ...rest } = await served.world.client.get(RAY_CLUSTERS, {
      namespace: "default",
      name: "ready",
    });
    await served.world.client.create(RAY_CLUSTERS, {
      ...rest,
      metadata: { name: "theirs", namespace: "default" },
    });
    await settled();
    for (const verb of ["GET", "DELETE"]) {
      const { status, body } = await call(verb, "clusters/theirs");
      expect([status, body.message]).toEqual([
        400,
        expect.stringContaining("RayCluster with name theirs not managed by kuberay-apiserver"),
      ]);
    }
  });
});

test.each([
  ["GET", "jobsubmissions/ready/x"],
  ["GET", "jobsubmissions/ready/log/x"],
  ["POST", "jobsubmissions/ready/x"],
  ["DELETE", "jobsubmissions/ready/x"],
])("trap 6: %s %s of a job that Ray does not know is 404", async (verb, path) => {
  expect(await call(verb, path)).toMatchObject({ status: 404, body: { code: 5 } });
});

test("trap 6: a dashboard without any jobs is an error, and no crash", async () => {
  expect((await call("GET", "jobsubmissions/ready")).status).toBeGreaterThanOrEqual(400);
  expect((await served.fetch("/healthz")).status).toBe(200);
});

test("trap 7: a service that nobody deletes has no time of deletion, and lists have an order", async () => {
  for (const name of ["b", "a"]) expect(await post("services", service(name))).toMatchObject({ status: 200 });
  const { services } = (await call("GET", "services")).body;
  expect(services.map(({ name }: { readonly name: string }) => name)).toEqual(["a", "b"]);
  for (const each of services) expect(each).not.toHaveProperty("deleteAt");
});

describe("traps 8 and 9: ConfigMaps", () => {
  it("of an old server without a unit are Gi", async () => {
    await givenConfigMap("old", { "ray.io/config-type": "compute-template" });
    expect(await call("GET", "compute_templates/old")).toMatchObject({
      status: 200,
      body: { cpu: 2, memory: 4, memoryUnit: "Gi" },
    });
  });

  it("that are no templates are neither shown nor deleted", async () => {
    await givenConfigMap("settings", {});
    for (const verb of ["GET", "DELETE"])
      expect(await call(verb, "compute_templates/settings")).toMatchObject({ status: 404 });
    const place = { namespace: "default", name: "settings" };
    expect(await served.world.client.get(CONFIG_MAPS, place)).toMatchObject({ data: { cpu: "2" } });
  });

  async function givenConfigMap(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    await served.world.client.create(CONFIG_MAPS, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "default", labels },
      data: { name, namespace: "default", cpu: "2", memory: "4", extended_resources: "null" },
    });
    await settled();
  }
});

test("trap 10: POST to a submission stops it, POST to a cluster submits; log is no submission", async () => {
  const { length } = submitted;
  expect((await call("POST", "jobsubmissions/ready/one")).status).toBe(404);
  expect(submitted).toHaveLength(length);
  expect((await post("jobsubmissions/ready", { entrypoint: "true" })).status).toBe(200);
  expect(submitted).toHaveLength(length + 1);
  expect((await call("GET", "jobsubmissions/ready/log/one")).body.message).toContain("one");
});

test("trap 11: what curl sends by itself is taken for JSON", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = JSON.stringify(template("by-curl"));
  const answer = await served.fetch(`${N}/compute_templates`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
});

test("traps 12 and 13: a service needs its config, and has one name", async () => {
  const { serveConfigV2: _, ...bare } = service("c");
  expect(await post("services", bare)).toMatchObject({ status: 400 });
  expect(await post("services", service("c"))).toMatchObject({ status: 200 });
  expect(await call("PUT", "services/c", bare)).toMatchObject({ status: 400 });
  expect(await call("PUT", "services/c", service("other"))).toMatchObject({ status: 400 });
  expect(await call("PUT", "services/c", service("c"))).toMatchObject({ status: 200 });
});

describe("trap 14: the second API", () => {
  const CLUSTERS = "/apis/ray.io/v1/namespaces/default/rayclusters";

  it("streams a watch, which begins at once", async () => {
    const leave = new AbortController();
    const watch = await served.fetch(`${CLUSTERS}?watch=true`, { signal: leave.signal });
    const { value } = (await watch.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('"type":"ADDED"');
    leave.abort();
  });

  it("fills templates in on a patch too, and answers one that is not there with a Status", async () => {
    const patched = async (computeTemplate: string) => {
      const body = JSON.stringify({ spec: { headGroupSpec: { computeTemplate } } });
      const headers = { "content-type": "application/merge-patch+json" };
      const answer = await served.fetch(`${CLUSTERS}/ready`, { method: "PATCH", headers, body });
      return { status: answer.status, body: await answer.json() };
    };
    const { status, body } = (await patched("by-curl")) as Answered;
    expect([status, body.spec.headGroupSpec.template.spec.containers[0].resources.limits.cpu]).toEqual([
      200,
      "1",
    ]);
    expect(await patched("absent")).toMatchObject({ status: 422, body: { kind: "Status" } });
  });
});

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly body: any;
}

async function call(verb: string, path: string, sent?: object): Promise<Answered> {
  const init = { method: verb, ...(sent && { body: JSON.stringify(sent) }) };
  const answer = await served.fetch(`${N}/${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

function post(path: string, sent: object): Promise<Answered> {
  return call("POST", path, sent);
}

function object(name: string) {
  return { name, namespace: "default", user: "boris", version: "2.53.0" };
}

function template(name = "t") {
  return { name, namespace: "default", cpu: 1, memory: 4 };
}

function cluster(name: string) {
  return { ...object(name), clusterSpec: A_CLUSTER_SPEC };
}

function service(name: string) {
  return { ...cluster(name), serveConfigV2: "applications:\n  - name: fruit\n    import_path: fruit:app\n" };
}
