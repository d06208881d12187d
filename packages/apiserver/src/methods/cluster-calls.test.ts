import { create } from "@bufbuild/protobuf";
import { EVENTS, isKubeError } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import {
  type Cluster,
  CreateClusterRequestSchema,
  DeleteClusterRequestSchema,
  GetClusterRequestSchema,
  ListAllClustersRequestSchema,
  ListClustersRequestSchema,
} from "@heliostat/proto";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { afterEach, describe, expect, it } from "vitest";
import type { ApiError } from "../errors/api-error.ts";
import {
  type ApiWorld,
  aCluster,
  apiWorld,
  aTemplate,
  givenNamespace,
  type WorldOptions,
} from "../testing/api-world.ts";
import { createTemplate } from "./template-calls.ts";

let world: ApiWorld;

afterEach(() => world.stop());

describe("ClusterService", () => {
  it("makes a RayCluster in KubeRay's shape, and tells it as it was asked for", async () => {
    await begin();
    const told = await made(aCluster());
    const stored = await world.client.get(RAY_CLUSTERS, { namespace: "default", name: "c" });

    expect(stored.metadata.labels).toEqual({
      "ray.io/cluster-name": "c",
      "ray.io/user": "boris",
      "ray.io/version": "2.53.0",
      "ray.io/environment": "DEV",
      "app.kubernetes.io/name": "kuberay",
      "app.kubernetes.io/managed-by": "kuberay-apiserver",
    });
    expect(stored.metadata.annotations).toEqual({
      "ray.io/creation-timestamp": "2026-01-01 00:00:00 +0000 UTC",
    });
    expect(told).toMatchObject({
      name: "c",
      namespace: "default",
      user: "boris",
      version: "2.53.0",
      environment: 0,
    });
    expect(told.clusterSpec?.headGroupSpec?.environment).toMatchObject({ values: {}, valuesFrom: {} });
    expect(told.clusterSpec?.workerGroupSpec[0]).toMatchObject({
      replicas: 2,
      minReplicas: 1,
      maxReplicas: 5,
    });
    expect(told.createdAt).toBeDefined();
    expect(told.deletedAt).toBeUndefined();
  });

  it("keeps the caller where callers are known: as the user if none is named, and always as who made it", async () => {
    await begin({ settings: { recordsCallers: true }, caller: { name: "ada@lab.org" } });
    const named = await made(aCluster());
    const unnamed = await made(aCluster({ name: "d", user: "" }));
    expect(named.user).toBe("boris");
    expect(unnamed.user).toBe("ada-lab.org");
    expect(unnamed.annotations["heliostat.dev/created-by"]).toBe("ada@lab.org");
  });

  it("refuses a template that is not there, naming the field (KubeRay: 500)", async () => {
    await begin();
    const spec = { headGroupSpec: { computeTemplate: "gone", rayStartParams: { a: "b" } } };
    await expect(made(aCluster({ clusterSpec: spec as never }))).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringMatching(
        /^Failed to populate compute template for \(default\/c\): Cannot get compute template for name 'gone' in namespace 'default', error: clusterSpec\.headGroupSpec\.computeTemplate /,
      ),
    });
  });

  it("answers AlreadyExists to a name that is taken (KubeRay: 500)", async () => {
    await begin();
    await made(aCluster());
    await expect(made(aCluster())).rejects.toMatchObject({
      code: "AlreadyExists",
      message: expect.stringContaining("Failed to create a cluster for (default/c): "),
    });
  });

  it("says which namespace is missing", async () => {
    await begin();
    await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call).catch(
      () => undefined,
    );
    const cluster = aCluster({ namespace: "nowhere" });
    await expect(made(cluster)).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it.each([
    [{ name: "No_Name" }, "metadata.name"],
    [{ user: "a b" }, "user must"],
    [{ version: "2 53" }, "version must"],
    [{ name: "x".repeat(54) }, "at most 53"],
  ])("refuses %j, which the operator would refuse later, and names the field", async (traits, text) => {
    await begin();
    const problem = await made(aCluster(traits)).catch((error: ApiError) => error);
    expect(problem).toMatchObject({ code: "InvalidArgument" });
    expect((problem as ApiError).message).toContain("Failed to create a Ray cluster: InvalidInputError: ");
    expect((problem as ApiError).message).toContain(text);
  });

  it("refuses two groups of one name and an unknown type of service", async () => {
    await begin();
    const { clusterSpec } = aCluster();
    const [group] = clusterSpec?.workerGroupSpec ?? [];
    const twice = { ...clusterSpec, workerGroupSpec: [group, group] };
    await expect(made(aCluster({ clusterSpec: twice as never }))).rejects.toMatchObject({
      code: "InvalidArgument",
    });
    const typed = { ...clusterSpec, headGroupSpec: { ...clusterSpec?.headGroupSpec, serviceType: "string" } };
    await expect(made(aCluster({ clusterSpec: typed as never }))).rejects.toMatchObject({
      message: expect.stringContaining("clusterSpec.headGroupSpec.serviceType must be ClusterIP"),
    });
  });

  it("finds by name what no cache has yet, and says so when nobody has it", async () => {
    await begin();
    await made(aCluster());
    expect(await get("c")).toMatchObject({ name: "c" });
    await expect(get("missing")).rejects.toMatchObject({
      code: "NotFound",
      message: expect.stringMatching(
        /^Cluster missing not found: NotFoundError: Cluster missing not found: /,
      ),
    });
  });

  it("refuses clusters of other makers without an Internal error (KubeRay: 500)", async () => {
    await begin();
    await world.client.create(RAY_CLUSTERS, foreignCluster());
    await expect(get("foreign")).rejects.toMatchObject({
      code: "FailedPrecondition",
      message: "RayCluster with name foreign not managed by kuberay-apiserver",
    });
    await expect(remove("foreign")).rejects.toMatchObject({ code: "FailedPrecondition" });
    expect((await listAll()).clusters).toEqual([]);
  });

  it("deletes: the next list no longer has it", async () => {
    await begin();
    await made(aCluster());
    await remove("c");
    expect((await listAll()).clusters).toEqual([]);
    await expect(remove("c")).rejects.toMatchObject({ code: "NotFound" });
    const gone = await world.client
      .get(RAY_CLUSTERS, { namespace: "default", name: "c" })
      .catch((error) => error);
    expect(isKubeError(gone, "NotFound")).toBe(true);
  });

  it.each([
    [{ name: "", namespace: "default" }, "Cluster name is empty. Please specify a valid value."],
    [{ name: "c", namespace: "" }, "Namespace is empty. Please specify a valid value."],
  ])("checks the target of get and delete: %j", async (target, sentence) => {
    await begin();
    const message = `${sentence}: Invalid input error: ${sentence}`;
    const { getCluster, deleteCluster } = world.handlers.ClusterService;
    const expected = { code: "InvalidArgument", message };
    await expect(getCluster(create(GetClusterRequestSchema, target), world.call)).rejects.toMatchObject(
      expected,
    );
    await expect(deleteCluster(create(DeleteClusterRequestSchema, target), world.call)).rejects.toMatchObject(
      expected,
    );
  });

  it("lists from the caches: Kubernetes is not asked", async () => {
    await begin();
    for (const name of ["b", "a"]) await made(aCluster({ name }));
    const before = world.asked.length;
    expect((await listAll()).clusters.map(({ name }) => name)).toEqual(["a", "b"]);
    expect((await list({ namespace: "default" })).clusters).toHaveLength(2);
    expect((await list({ namespace: "other" })).clusters).toEqual([]);
    expect(world.asked.length).toBe(before);
  });

  it("answers with the same message while nothing has changed, so that it need not be written anew", async () => {
    await begin();
    await made(aCluster());
    const [first] = (await listAll()).clusters;
    const [again] = (await listAll()).clusters;
    expect(again).toBe(first);
    await world.setStatus("c", { state: "ready", endpoints: { dashboard: "8265" } });
    const [later] = (await listAll()).clusters;
    expect(later).toMatchObject({ clusterState: "ready", serviceEndpoint: { dashboard: "8265" } });
  });

  it("pages in Kubernetes' order over namespaces, and tokens survive what is deleted between", async () => {
    await begin();
    for (const namespace of ["n-1", "n"]) {
      await givenNamespace(world.client, namespace);
      await createTemplate(world.ports, { message: aTemplate({ namespace }), extras: {} }, world.call);
      for (const name of ["b", "a"]) await made(aCluster({ name, namespace }));
    }
    const names: string[] = [];
    let token = "";
    for (let page = 0; page < 4; page += 1) {
      const { clusters, continue: next } = await listAll({ limit: 1n, continue: token });
      names.push(...clusters.map((each) => `${each.namespace}/${each.name}`));
      if (page === 1) await remove("b", "n-1");
      token = next;
    }
    expect(names).toEqual(["n-1/a", "n-1/b", "n/a", "n/b"]);
    expect(token).toBe("");
    expect((await listAll({ limit: 10n })).continue).toBe("");
    await expect(listAll({ continue: "bogus!" })).rejects.toMatchObject({ code: "InvalidArgument" });
    await expect(listAll({ limit: -1n })).rejects.toMatchObject({ code: "InvalidArgument" });
  });

  it("neither loses nor doubles 2,000 clusters made 32 at a time", { timeout: 60_000 }, async () => {
    await begin();
    const names = Array.from({ length: 2000 }, (_, index) => `c-${index}`).values();
    const lane = async (): Promise<void> => {
      for (const name of names) await made(aCluster({ name }));
    };
    await Promise.all(Array.from({ length: 32 }, lane));
    const { clusters } = await listAll();
    expect(new Set(clusters.map(({ name }) => name)).size).toBe(2000);
    expect(clusters).toHaveLength(2000);
  });

  it("tells a cluster's own events, and none of objects that share its name", async () => {
    await begin();
    await made(aCluster());
    for (const [name, kind] of [
      ["c.2", "RayCluster"],
      ["c.1", "RayCluster"],
      ["c.3", "RayService"],
    ] as const)
      await givenEvent(name, kind);
    await settled();
    const [{ events } = { events: [] }] = (await listAll()).clusters;
    expect(events.map(({ id }) => id)).toEqual(["c.1", "c.2"]);
    expect(events[0]).toMatchObject({
      name: "c-c.1",
      reason: "CreatedHeadPod",
      message: "made",
      type: "Normal",
      count: 3,
    });
    expect(events[0]?.lastTimestamp).toMatchObject({ seconds: 1_767_225_660n, nanos: 0 });
  });
});

async function begin(options: WorldOptions = {}): Promise<void> {
  world = await apiWorld(options);
  await createTemplate(world.ports, { message: aTemplate(), extras: {} }, world.call);
}

function made(cluster: Cluster): Promise<Cluster> {
  const request = create(CreateClusterRequestSchema, { cluster, namespace: cluster.namespace });
  return world.handlers.ClusterService.createCluster(request, world.call);
}

function get(name: string): Promise<Cluster> {
  const request = create(GetClusterRequestSchema, { name, namespace: "default" });
  return world.handlers.ClusterService.getCluster(request, world.call);
}

async function remove(name: string, namespace = "default"): Promise<void> {
  const request = create(DeleteClusterRequestSchema, { name, namespace });
  await world.handlers.ClusterService.deleteCluster(request, world.call);
}

function list(traits: { readonly namespace: string }) {
  return world.handlers.ClusterService.listCluster(create(ListClustersRequestSchema, traits), world.call);
}

function listAll(traits: { readonly limit?: bigint; readonly continue?: string } = {}) {
  return world.handlers.ClusterService.listAllClusters(
    create(ListAllClustersRequestSchema, traits),
    world.call,
  );
}

function foreignCluster() {
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name: "foreign", namespace: "default" },
    spec: { headGroupSpec: { template: { spec: { containers: [{ name: "ray-head", image: "ray" }] } } } },
  } as const;
}

async function givenEvent(name: string, kind: string): Promise<void> {
  await world.client.create(EVENTS, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name, namespace: "default" },
    regarding: { apiVersion: "ray.io/v1", kind, name: "c", namespace: "default" },
    reason: "CreatedHeadPod",
    note: "made",
    type: "Normal",
    action: "Create",
    reportingController: "raycluster-controller",
    reportingInstance: "one",
    eventTime: "2026-01-01T00:00:00.500000Z",
    series: { count: 3, lastObservedTime: "2026-01-01T00:01:00.900000Z" },
  });
}
