import { RAY_CLUSTERS, type RayDashboard, RayError } from "@heliostat/ray";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { givenNamespace } from "./testing/api-world.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

/*
 * What KubeRay's clients do with the server, call by call: its Python client (reference §4.1), the flows of its Go suite
 * that span several calls (§10.1), its strict Go client (§1.11), and the browser pages before it (§1.10).
 */

const LOG = "the log\n";
let served: ServedWorld;
let jobs: Record<string, string>;

beforeAll(async () => {
  served = await servedWorld({}, { dashboard: dashboard() });
});

afterAll(() => served.stop());

beforeEach(async () => {
  jobs = {};
  const { client } = served.world;
  for (const { metadata } of (await client.list(RAY_CLUSTERS)).items)
    await client.delete(RAY_CLUSTERS, { namespace: metadata.namespace ?? "", name: metadata.name });
});

describe("the Python client", () => {
  const N = "namespaces/default";

  it("test_templates: makes a template once, finds it first in both lists, deletes it once", async () => {
    await call("DELETE", `${N}/compute_templates/default-template`);
    expect((await call("POST", `${N}/compute_templates`, TEMPLATE)).status).toBe(200);
    expect((await call("POST", `${N}/compute_templates`, TEMPLATE)).status).toBeGreaterThanOrEqual(400);
    const found = await call("GET", `${N}/compute_templates/default-template`);
    expect(found.body).toMatchObject({ name: "default-template", cpu: 2, memory: 4 });
    for (const list of ["compute_templates", `${N}/compute_templates`])
      expect((await call("GET", list)).body.computeTemplates[0]).toEqual(found.body);
    expect((await call("DELETE", `${N}/compute_templates/default-template`)).status).toBe(200);
    expect((await call("DELETE", `${N}/compute_templates/default-template`)).status).toBe(404);
  });

  it("test_cluster: finds exactly its cluster, waits until it is ready, and reads where the dashboard is", async () => {
    expect((await call("DELETE", `${N}/clusters/test`)).status).toBe(404);
    await call("POST", `${N}/compute_templates`, TEMPLATE);
    expect((await call("POST", `${N}/clusters`, CLUSTER)).status).toBe(200);
    expect((await call("GET", `${N}/clusters/test`)).body.clusterSpec.headGroupSpec).toMatchObject({
      volumes: [{ volumeType: 3, items: { "sample_code.py": "sample_code.py" } }],
      environment: { values: { key: "value" } },
      imagePullPolicy: "Always",
    });
    for (const list of ["clusters", `${N}/clusters`])
      expect((await call("GET", list)).body.clusters).toHaveLength(1);
    expect((await call("GET", `${N}/clusters/test`)).body).not.toHaveProperty("clusterState");
    await ready("test");
    expect((await call("GET", `${N}/clusters/test`)).body).toMatchObject({
      clusterState: "ready",
      serviceEndpoint: { dashboard: "8265" },
    });
    expect((await call("DELETE", `${N}/clusters/test`)).status).toBe(200);
    expect((await call("DELETE", `${N}/compute_templates/default-template`)).status).toBe(200);
  });

  it("test_job_submission: submits with fields that nobody knows, reads, stops and deletes", async () => {
    await call("POST", `${N}/compute_templates`, TEMPLATE);
    const scaled = { enableInTreeAutoscaling: true, autoscalerOptions: { upscalingMode: "Default" } };
    const made = { ...CLUSTER, clusterSpec: { ...CLUSTER.clusterSpec, ...scaled } };
    expect((await call("POST", `${N}/clusters`, made)).status).toBe(200);
    await ready("test");
    const J = `${N}/jobsubmissions/test`;
    expect((await call("GET", J)).body).toEqual({});
    const job = { entrypoint: "python /home/ray/samples/sample_code.py", numCpus: ".5" };
    const { submissionId } = (await call("POST", J, job)).body;
    expect((await call("GET", `${J}/${submissionId}`)).body).toMatchObject({
      submissionId,
      status: "RUNNING",
      startTime: "1767225600123",
    });
    expect((await call("GET", J)).body.submissions).toHaveLength(1);
    expect((await call("GET", `${J}/log/${submissionId}`)).body).toEqual({ log: LOG });
    expect((await call("POST", `${J}/${submissionId}`)).body).toEqual({});
    expect((await call("DELETE", `${J}/${submissionId}`)).body).toEqual({});
    await call("DELETE", `${N}/clusters/test`);
    await call("DELETE", `${N}/compute_templates/default-template`);
  });
});

describe("KubeRay's Go suite", () => {
  const NAMESPACES = ["go-1", "go-2", "go-3"];

  beforeAll(async () => {
    for (const namespace of NAMESPACES) {
      await givenNamespace(served.world.client, namespace);
      await call("POST", `namespaces/${namespace}/compute_templates`, { ...TEMPLATE, namespace });
    }
  });

  it("TestGetAll…ByPagination: one of each namespace, a page each, and the last has no token", async () => {
    for (const namespace of NAMESPACES)
      await call("POST", `namespaces/${namespace}/clusters`, { ...CLUSTER, namespace });
    const seen: unknown[] = [];
    let token = "";
    for (const last of [false, false, true]) {
      const { body } = await call("GET", `clusters?limit=1&continue=${encodeURIComponent(token)}`);
      seen.push(...body.clusters.map(({ namespace }: { readonly namespace: string }) => namespace));
      expect("continue" in body).toBe(!last);
      token = body.continue;
    }
    expect(seen).toEqual(NAMESPACES);
    expect((await call("GET", "clusters?limit=10&continue=")).body).not.toHaveProperty("continue");
    expect((await call("GET", "clusters?limit=0")).body.clusters).toHaveLength(3);
  });

  it("TestCreateJobWithClusterSelector: a job on a cluster that is there is told as it went", async () => {
    const job = {
      name: "on-cluster",
      namespace: "go-1",
      user: "kuberay",
      version: "2.46.0",
      entrypoint: "python x.py",
      clusterSelector: { "ray.io/cluster": "test" },
      jobSubmitter: { image: "rayproject/ray:2.46.0", cpu: "500m" },
    };
    const { status, body } = await call("POST", "namespaces/go-1/jobs", job);
    const { createdAt: _, ...told } = body;
    // Its version is its cluster's, which is not its own.
    const { version: __, ...wanted } = job;
    expect([status, told]).toEqual([200, wanted]);
  });

  it("TestCreateJobSubmission: the wrong namespace, and ids that nobody has, are errors", async () => {
    await call("POST", "namespaces/go-1/clusters", { ...CLUSTER, namespace: "go-1" });
    await ready("test", "go-1");
    const job = { entrypoint: "true" };
    expect((await call("POST", "namespaces/go-2/jobsubmissions/test", job)).status).toBe(404);
    const { submissionId } = (await call("POST", "namespaces/go-1/jobsubmissions/test", job)).body;
    const J = "namespaces/go-1/jobsubmissions/test";
    for (const path of ["unknown", "log/unknown"])
      expect((await call("GET", `${J}/${path}`)).status).toBe(404);
    expect((await call("POST", `${J}/unknown`)).status).toBe(404);
    expect((await call("DELETE", `${J}/${submissionId}`)).status).toBe(200);
  });

  it("Test…: no namespace is 404 for every kind", async () => {
    for (const kind of ["clusters", "jobs", "services", "compute_templates"])
      for (const rest of ["", "/x"]) {
        const { status, location } = await call("GET", `namespaces//${kind}${rest}`);
        expect([status, location]).toEqual([301, `/apis/v1/namespaces/${kind}${rest}`]);
        expect((await call("GET", `namespaces/${kind}${rest}`)).status).toBe(404);
      }
  });
});

describe("v1alpha2 answers what v1 does", () => {
  const N = "/apis/v1alpha2/namespaces/default";

  it("pages, updates of services, what is told only, and errors", async () => {
    await call("POST", `${N}/compute_templates`, TEMPLATE);
    const told = { createdAt: "2020-01-01T00:00:00Z", clusterState: "ready", deleted_at: null };
    const made = await call("POST", `${N}/clusters`, { ...CLUSTER, ...told });
    expect([made.status, made.body.cluster_state ?? "", made.body.deleted_at]).toEqual([200, "", null]);
    expect((await call("GET", `${N}/clusters?limit=1`)).body.clusters).toHaveLength(1);
    const { clusterSpec } = CLUSTER;
    const service = { ...OBJECT, name: "s", clusterSpec, serveConfigV2: "applications: []" };
    expect((await call("POST", `${N}/services`, service)).status).toBe(200);
    expect((await call("PUT", `${N}/services/s`, service)).status).toBe(200);
    expect((await call("GET", `${N}/services?pageSize=1`)).body.services).toHaveLength(1);
    expect((await call("GET", `${N}/clusters/absent`)).body).toEqual({
      code: 5,
      message: expect.stringContaining("Cluster absent not found"),
    });
    await call("DELETE", `${N}/services/s`);
    await call("DELETE", `${N}/compute_templates/default-template`);
  });
});

describe("whoever runs it", () => {
  it("finds /healthz empty, and all families of go-grpc-prometheus", async () => {
    const health = await served.fetch("/healthz", { headers: { authorization: "" } });
    expect([health.status, await health.text()]).toEqual([200, ""]);
    const metrics = await (await served.fetch("/metrics")).text();
    for (const name of ["started_total", "handled_total", "msg_received_total", "msg_sent_total"])
      expect(metrics).toContain(`# TYPE grpc_server_${name} counter`);
    expect(metrics).toContain("# TYPE grpc_server_handling_seconds histogram");
  });

  it("finds a verb that no path has unimplemented, OPTIONS without CORS too", async () => {
    const answer = await served.fetch("/apis/v1/clusters", { method: "OPTIONS" });
    expect([answer.status, await answer.json()]).toEqual([501, { code: 12, message: "Method Not Allowed" }]);
    const unknown = await served.fetch("/swagger/cluster.yaml");
    expect(unknown.status).toBe(404);
  });

  it("lets browsers call both APIs, and read neither health nor documents from elsewhere", async () => {
    const open = await servedWorld({ corsOrigin: "https://portal.example" });
    const headers = { origin: "https://portal.example" };
    const allowed = async (path: string): Promise<string | null> =>
      (await open.fetch(path, { headers })).headers.get("access-control-allow-origin");
    for (const path of ["/apis/v1/clusters", "/apis/ray.io/v1/rayclusters", "/apis/heliostat/v1/clusters"])
      expect([path, await allowed(path)]).toEqual([path, "https://portal.example"]);
    for (const path of ["/healthz", "/metrics", "/swagger/cluster.swagger.json"])
      expect([path, await allowed(path)]).toEqual([path, null]);
    await open.stop();
  });
});

function dashboard(): Partial<RayDashboard> {
  const told = (id: string) => ({
    type: "SUBMISSION" as const,
    status: (jobs[id] ?? "") as "RUNNING",
    entrypoint: "true",
    submissionId: id,
    startTimeMs: 1_767_225_600_123,
  });
  const known = (id: string): string => {
    if (jobs[id] === undefined) throw new RayError("NotFound", "no such job");
    return id;
  };
  return {
    submitJob: async () => {
      const submissionId = `raysubmit_${Object.keys(jobs).length}`;
      jobs[submissionId] = "RUNNING";
      return { submissionId };
    },
    job: async (id) => told(known(id)) as never,
    jobs: async () => Object.keys(jobs).map(told) as never,
    jobLogs: async (id) => (known(id) === id ? LOG : ""),
    stopJob: async (id) => {
      jobs[known(id)] = "STOPPED";
      return true as never;
    },
    deleteJob: async (id) => {
      delete jobs[known(id)];
    },
  };
}

async function ready(name: string, namespace = "default"): Promise<void> {
  await served.world.client.patch(
    RAY_CLUSTERS,
    { namespace, name },
    {
      subresource: "status",
      patch: { type: "merge", body: { status: { state: "ready", endpoints: { dashboard: "8265" } } } },
    },
  );
  const path = `namespaces/${namespace}/clusters/${name}`;
  await expect.poll(async () => (await call("GET", path)).body.clusterState).toBe("ready");
}

interface Answered {
  readonly status: number;
  readonly location: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server says
  readonly body: any;
}

async function call(verb: string, path: string, sent?: object): Promise<Answered> {
  const init = { method: verb, ...(sent && { body: JSON.stringify(sent) }) };
  const answer = await served.fetch(path.startsWith("/") ? path : `/apis/v1/${path}`, init);
  const text = await answer.text();
  return {
    status: answer.status,
    location: answer.headers.get("location"),
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const OBJECT = { namespace: "default", user: "boris", version: "2.46.0" };
const TEMPLATE = { name: "default-template", namespace: "default", cpu: 2, memory: 4 };
const CLUSTER = {
  ...OBJECT,
  name: "test",
  environment: 0,
  clusterSpec: {
    headGroupSpec: {
      computeTemplate: "default-template",
      image: "rayproject/ray:2.46.0-py310",
      serviceType: "ClusterIP",
      rayStartParams: { "dashboard-host": "0.0.0.0", "metrics-export-port": "8080", "num-cpus": "0" },
      environment: { values: { key: "value" } },
      imagePullPolicy: "Always",
      volumes: [
        {
          name: "code-sample",
          mountPath: "/home/ray/samples",
          volumeType: 3,
          source: "ray-job-code-sample",
          items: { "sample_code.py": "sample_code.py" },
        },
      ],
    },
    workerGroupSpec: [
      {
        groupName: "small",
        computeTemplate: "default-template",
        image: "rayproject/ray:2.46.0-py310",
        replicas: 1,
        minReplicas: 1,
        maxReplicas: 1,
        rayStartParams: { "node-ip-address": "$MY_POD_IP" },
        imagePullPolicy: "Always",
      },
    ],
  },
};
