import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { givenNamespace } from "./testing/api-world.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

/*
 * The requests of KubeRay's own end-to-end suite (apiserver/test/e2e) with what it expects of each: statuses, errors
 * that are a google.rpc.Status and nothing else, and specs that come back as they went.
 */

let served: ServedWorld;
/** A namespace of its own for each test, as the suite has it. */
let namespace: string;
let count = 0;

beforeAll(async () => {
  served = await servedWorld();
});

afterAll(() => served.stop());

beforeEach(async () => {
  count += 1;
  namespace = `ns-${count}`;
  await givenNamespace(served.world.client, namespace);
  await ok("POST", "compute_templates", template());
});

describe("TestCreateClusterEndpoint", () => {
  const volume = {
    mount_path: "/home/ray/samples",
    volume_type: "CONFIGMAP",
    name: "code-sample",
    source: "code",
    items: { "a.py": "a.py" },
  };

  it.each([
    ["without volumes", {}],
    ["with a ConfigMap volume", { head_group_spec: { ...head(), volumes: [volume] } }],
    ["with no workers", { worker_group_spec: [] }],
    ["with annotations of the head's service", { headServiceAnnotations: { foo: "bar" } }],
  ])("makes a cluster %s and tells its spec as it went", async (_what, traits) => {
    const spec = { ...clusterSpec(), ...traits };
    const told = await ok("POST", "clusters", cluster({ cluster_spec: spec }));
    expect(told["clusterSpec"]).toEqual(camel(echoed(spec)));
  });

  it.each([
    ["no cluster object", undefined],
    ["no namespace in the object", { namespace: "" }],
    ["no name", { name: "" }],
    ["no user", { user: "" }],
    ["no spec", { cluster_spec: null }],
    ["no head", { cluster_spec: { ...clusterSpec(), head_group_spec: null } }],
    ["no template of the head", { cluster_spec: withHead({ compute_template: "" }) }],
    ["no start parameters of the head", { cluster_spec: withHead({ ray_start_params: {} }) }],
    ["no name of a group", { cluster_spec: withWorker({ group_name: "" }) }],
    ["no template of a group", { cluster_spec: withWorker({ compute_template: "" }) }],
    ["no greatest number", { cluster_spec: withWorker({ max_replicas: 0 }) }],
    ["a least number above the greatest", { cluster_spec: withWorker({ min_replicas: 9, max_replicas: 3 }) }],
  ])("refuses a cluster with %s", async (_what, traits) => {
    await refused(400, ["POST", "clusters"], traits && cluster(traits));
  });

  it("knows no path without a namespace", async () => {
    const response = await served.fetch("/apis/v1/namespaces//clusters", {
      method: "POST",
      redirect: "manual",
    });
    expect([301, 307]).toContain(response.status);
    const followed = await served.fetch(response.headers.get("location") ?? "");
    expect([followed.status, await followed.json()]).toEqual([404, { code: 5, message: "Not Found" }]);
  });
});

describe.each([
  ["clusters", () => cluster()],
  ["jobs", () => job()],
  ["services", () => service()],
])("Test{Get,Delete,GetAll…} of %s", (kind, object) => {
  it("finds and deletes by name, answers 404 to unknown names and 400 to none", async () => {
    await ok("POST", kind, object());
    expect(await ok("GET", `${kind}/x`)).toMatchObject({ name: "x", namespace });
    expect(await ok("DELETE", `${kind}/x`)).toEqual({});
    for (const method of ["GET", "DELETE"]) {
      await refused(404, [method, `${kind}/x`]);
      await refused(400, [method, `${kind}/`]);
    }
  });

  it("lists a namespace in pages of one, in order, and all at once", async () => {
    await ok("POST", kind, { ...object(), name: "second" });
    await ok("POST", kind, { ...object(), name: "first" });
    const [limit, token, next] =
      kind === "services" ? ["pageSize", "pageToken", "nextPageToken"] : ["limit", "continue", "continue"];
    const one = await ok("GET", `${kind}?${limit}=1&${token}=`);
    const two = await ok("GET", `${kind}?${limit}=1&${token}=${one[next]}`);
    expect([namesOf(one[kind]), namesOf(two[kind])]).toEqual([["first"], ["second"]]);
    expect(two).not.toHaveProperty(next);
    const all = await ok("GET", `${kind}?${limit}=10&${token}=`);
    expect(namesOf(all[kind])).toEqual(["first", "second"]);
    expect(all).not.toHaveProperty(next);
  });

  it("lists all namespaces", async () => {
    await ok("POST", kind, object());
    const response = await served.fetch(`/apis/v1/${kind}`);
    const list = (await response.json()) as Answer;
    expect((list[kind] as readonly Answer[]).some((each) => each["namespace"] === namespace)).toBe(true);
  });
});

describe("TestCreateTemplate, TestGetTemplate…, TestDeleteTemplate", () => {
  it("makes a template and fills the unit in", async () => {
    const told = await ok(
      "POST",
      "compute_templates",
      template({ name: "u", gpu_accelerator: "a/b", gpu: 1 }),
    );
    expect(told).toEqual({
      name: "u",
      namespace,
      cpu: 1,
      memory: 4,
      gpu: 1,
      gpuAccelerator: "a/b",
      memoryUnit: "Gi",
    });
  });

  it.each([
    ["no name", { name: "" }],
    ["another namespace", { namespace: "other" }],
    ["no CPU", { cpu: 0 }],
    ["no memory", { memory: 0 }],
  ])("refuses a template with %s", async (_what, traits) => {
    await refused(400, ["POST", "compute_templates"], template({ name: "u", ...traits }));
  });

  it("refuses the same name twice, and unknown ones", async () => {
    await refused(409, ["POST", "compute_templates"], template());
    await refused(404, ["GET", "compute_templates/unknown"]);
    await refused(404, ["DELETE", "compute_templates/unknown"]);
    await refused(400, ["GET", "compute_templates/"]);
    expect(namesOf((await ok("GET", "compute_templates"))["computeTemplates"])).toEqual(["t"]);
  });
});

describe("TestCreateJobWithDisposableClusters", () => {
  it("makes a job and tells it as it went, but for times and statuses", async () => {
    const told = await ok("POST", "jobs", job());
    const { createdAt: _time, ...rest } = told;
    const { cluster_spec, ...wanted } = job();
    expect(rest).toEqual({ ...(camel(wanted) as object), clusterSpec: camel(echoed(cluster_spec)) });
  });

  it.each([
    ["no job object", undefined],
    ["no namespace", { namespace: "" }],
    ["no name", { name: "" }],
    ["no user", { user: "" }],
    ["no cluster, though it has an entrypoint", { cluster_spec: null }],
  ])("refuses a job with %s", async (_what, traits) => {
    await refused(400, ["POST", "jobs"], traits && { ...job(), ...traits });
  });
});

describe("TestCreateServiceV2", () => {
  it("makes a service and tells it as it went, but for times and statuses", async () => {
    const told = await ok("POST", "services", service());
    const { createdAt: _time, rayServiceStatus: _status, ...rest } = told;
    const { cluster_spec, ...wanted } = service();
    expect(rest).toEqual({ ...(camel(wanted) as object), clusterSpec: camel(echoed(cluster_spec)) });
  });

  it.each([
    ["another namespace", { namespace: "other" }],
    ["no name", { name: "" }],
    ["no user", { user: "" }],
    ["no cluster", { cluster_spec: null }],
  ])("refuses a service with %s", async (_what, traits) => {
    await refused(400, ["POST", "services"], { ...service(), ...traits });
  });
});

type Answer = Readonly<Record<string, unknown>>;

async function ok(method: string, path: string, body?: object): Promise<Answer> {
  const response = await send(method, path, body);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as Answer;
}

/** KubeRay's client reads every error strictly. */
async function refused(
  status: number,
  [method, path]: readonly [method: string, path: string],
  body?: object,
): Promise<void> {
  const response = await send(method, path, body);
  const answer = (await response.json()) as Answer;
  expect([response.status, Object.keys(answer)], JSON.stringify(answer)).toEqual([
    status,
    ["code", "message"],
  ]);
}

function send(method: string, path: string, body?: object): Promise<Response> {
  const init = { method, ...(body && { body: JSON.stringify(body) }) };
  return served.fetch(`/apis/v1/namespaces/${namespace}/${path}`, init);
}

function namesOf(list: unknown): readonly unknown[] {
  return (list as readonly Answer[]).map(({ name }) => name);
}

function template(traits: object = {}) {
  return { name: "t", namespace, cpu: 1, memory: 4, ...traits };
}

function head() {
  return {
    compute_template: "t",
    image: "rayproject/ray:2.46.0",
    service_type: "NodePort",
    enableIngress: true,
    ray_start_params: { "dashboard-host": "0.0.0.0", "metrics-export-port": "8080" },
  };
}

function worker() {
  return {
    group_name: "small-wg",
    compute_template: "t",
    image: "rayproject/ray:2.46.0",
    replicas: 1,
    min_replicas: 1,
    max_replicas: 1,
    ray_start_params: { "node-ip-address": "$MY_POD_IP" },
  };
}

function clusterSpec() {
  return { head_group_spec: head(), worker_group_spec: [worker()] };
}

function withHead(traits: object) {
  return { ...clusterSpec(), head_group_spec: { ...head(), ...traits } };
}

function withWorker(traits: object) {
  return { ...clusterSpec(), worker_group_spec: [{ ...worker(), ...traits }] };
}

function cluster(traits: object = {}) {
  return {
    name: "x",
    namespace,
    user: "3cp0",
    version: "2.46.0",
    environment: "DEV",
    cluster_spec: clusterSpec(),
    ...traits,
  };
}

function job() {
  return {
    name: "x",
    namespace,
    user: "r2r3",
    version: "2.46.0",
    entrypoint: "python /home/ray/samples/sample_code.py",
    runtime_env: 'pip:\n  - requests==2.26.0\nenv_vars:\n  counter_name: "test_counter"\n',
    shutdown_after_job_finishes: true,
    cluster_spec: clusterSpec(),
    ttl_seconds_after_finished: 60,
    entrypointNumCpus: 1,
  };
}

function service() {
  return {
    name: "x",
    namespace,
    user: "user1",
    version: "2.46.0",
    serve_config_V2: "applications:\n  - name: fruit_app\n    import_path: fruit.deployment_graph\n",
    cluster_spec: clusterSpec(),
  };
}

/** The echo rule: each group has an environment, if an empty one. */
function echoed(spec: {
  readonly head_group_spec: object;
  readonly worker_group_spec: readonly object[];
}): object {
  const { head_group_spec, worker_group_spec, ...rest } = spec;
  const workers = worker_group_spec.map((each) => ({ ...each, environment: {} }));
  return {
    head_group_spec: { ...head_group_spec, environment: {} },
    ...(workers.length > 0 && { worker_group_spec: workers }),
    ...rest,
  };
}

/** Names as v1 answers them, and the one enum of these requests as its number. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== "object" || value === null) return value === "CONFIGMAP" ? 3 : value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replaceAll(/_([a-zV])/g, (_match, letter: string) => letter.toUpperCase()),
      camel(each),
    ]),
  );
}
