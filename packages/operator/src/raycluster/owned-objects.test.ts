import {
  INGRESSES,
  type KubeObject,
  NETWORK_POLICIES,
  type ObjectName,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from "@heliostat/kube";
import { afterEach, describe, expect, it } from "vitest";
import { OperatorWorld } from "../testing/operator-world.ts";

let world: OperatorWorld;
afterEach(() => world.end());

describe("an Ingress", () => {
  it("is made, put right when somebody changes it, changed with the cluster, and removed when it is no longer wanted", async () => {
    world = await OperatorWorld.begin();
    await world.make({
      head: { enableIngress: true, ingressOptions: { host: "ray.example.com" } },
      metadata: { annotations: { "nginx/rewrite": "/", "kubernetes.io/ingress.class": "nginx" } },
    });
    await world.pass(5);
    const made = await read(INGRESSES, "c-head-ingress");
    expect(made.spec).toMatchObject({ ingressClassName: "nginx", rules: [{ host: "ray.example.com" }] });
    expect(managers(made)).toContain("heliostat Apply");

    await merge(INGRESSES, "c-head-ingress", { spec: { rules: [{ host: "evil.example.com" }] } });
    await merge(INGRESSES, "c-head-ingress", { metadata: { labels: { theirs: "kept" } } });
    await world.pass(1);
    const repaired = await read(INGRESSES, "c-head-ingress");
    expect(repaired.spec?.rules?.[0]?.host).toBe("ray.example.com");
    expect(repaired.metadata.labels).toMatchObject({ theirs: "kept" });

    await world.edit({ metadata: { annotations: { "nginx/rewrite": null } } });
    await world.pass(1);
    expect((await read(INGRESSES, "c-head-ingress")).metadata.annotations).not.toHaveProperty(
      "nginx/rewrite",
    );

    await world.edit({ spec: { headGroupSpec: { enableIngress: false } } });
    await world.pass(1);
    expect(await world.names(INGRESSES)).toEqual([]);
    expect(await world.reasons()).toEqual(expect.arrayContaining(["CreatedIngress", "UpdatedIngress"]));
  });

  it("of somebody else's is left alone, and said to be in the way", async () => {
    world = await OperatorWorld.begin();
    const metadata = { namespace: "default", name: "c-head-ingress" };
    const spec = { defaultBackend: { service: { name: "theirs", port: { number: 80 } } } };
    await world.client.create(INGRESSES, {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata,
      spec,
    });
    await world.make({ head: { enableIngress: true } });
    await world.pass(10);
    expect((await read(INGRESSES, "c-head-ingress")).spec?.defaultBackend?.service?.name).toBe("theirs");
    expect(await world.reasons()).toContain("FailedToCreateIngress");
    expect((await world.conditions())["Degraded"]).toBe("True NameTaken");
    expect((await world.cluster()).status?.state).toBe("ready");
  });
});

describe("the autoscaler's access", () => {
  it("is there before the head, is put right, and goes once no head needs it", async () => {
    world = await OperatorWorld.begin();
    await world.make({ enableInTreeAutoscaling: true });
    await world.pass(5);
    expect(await world.names(ROLES)).toContain("c");
    expect(await world.names(ROLE_BINDINGS)).toContain("c");
    expect(await world.names(SERVICE_ACCOUNTS)).toContain("c");
    const order = world.writes().map(({ resource }) => resource);
    expect(order.lastIndexOf("rolebindings")).toBeLessThan(order.indexOf("pods"));
    expect(await world.reasons()).toEqual(
      expect.arrayContaining(["CreatedRole", "CreatedRoleBinding", "CreatedServiceAccount"]),
    );

    await merge(ROLES, "c", { rules: [] });
    await world.client.delete(ROLE_BINDINGS, named("c"));
    await world.pass(1);
    expect((await read(ROLES, "c")).rules).toHaveLength(3);
    expect(await world.names(ROLE_BINDINGS)).toContain("c");

    await world.edit({ spec: { enableInTreeAutoscaling: false } });
    await world.pass(5);
    expect(await world.names(ROLES)).toContain("c");
    const [head] = await world.pods("ray.io/node-type=head");
    await world.client.delete(PODS, named(head?.metadata.name ?? ""));
    await world.pass(60);
    expect(await world.names(ROLES)).not.toContain("c");
    expect(await world.names(ROLE_BINDINGS)).not.toContain("c");
    expect(await world.names(SERVICE_ACCOUNTS)).not.toContain("c");
  });

  it("of a template's account that is not there is told, and the cluster goes on as soon as it comes", async () => {
    world = await OperatorWorld.begin();
    const containers = [{ name: "ray-worker", image: "ray", resources: { limits: { cpu: "1" } } }];
    await world.make({
      workers: [{ replicas: 1, template: { spec: { serviceAccountName: "theirs", containers } } }],
    });
    await world.pass(300);
    expect((await world.cluster()).status?.why).toMatch(
      /^The API refuses to create a pod of group workers: .* serviceaccount "theirs" not found$/,
    );
    expect(await world.pods()).toHaveLength(1);
    await world.client.create(SERVICE_ACCOUNTS, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: named("theirs"),
    });
    await world.pass(2);
    expect(await world.pods()).toHaveLength(2);
  });

  it("of the user's own account is waited for: no pod before it is there", async () => {
    world = await OperatorWorld.begin();
    const template = {
      spec: {
        serviceAccountName: "theirs",
        containers: [{ name: "ray-head", image: "ray", resources: { limits: { cpu: "1" } } }],
      },
    };
    await world.make({ enableInTreeAutoscaling: true, head: { template } });
    await world.pass(5);
    expect(await world.pods()).toEqual([]);
    expect(await world.reasons()).toContain("AutoscalerServiceAccountNotFound");
    expect((await world.cluster()).status?.why).toContain(
      "service account theirs is not in namespace default",
    );

    await world.client.create(SERVICE_ACCOUNTS, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: named("theirs"),
    });
    await world.pass(60);
    expect((await world.cluster()).status?.state).toBe("ready");
    expect(await world.names(SERVICE_ACCOUNTS)).not.toContain("c");
  });
});

describe("the token", () => {
  it("is made once, never written again, and goes when no pod reads it", async () => {
    world = await OperatorWorld.begin();
    await world.make({ rayVersion: "2.53.0", authOptions: { mode: "token" } });
    await world.pass(5);
    const { data = {} } = await read(SECRETS, "c");
    expect(atob(atob(data["auth_token"] ?? ""))).toHaveLength(32);

    await merge(SECRETS, "c", { data: { auth_token: btoa("mine") } });
    await world.pass(5);
    await world.restart();
    expect((await read(SECRETS, "c")).data).toEqual({ auth_token: btoa("mine") });
    await merge(SECRETS, "c", { metadata: { labels: { "ray.io/cluster": null } } });
    await world.pass(5);
    expect((await read(SECRETS, "c")).metadata.labels).toEqual({ "ray.io/cluster": "c" });

    await world.edit({ spec: { authOptions: { mode: "disabled" } } });
    await world.pass(5);
    expect(await world.names(SECRETS)).toContain("c");
    for (const { metadata } of await world.pods()) await world.client.delete(PODS, named(metadata.name));
    await world.pass(120);
    expect(await world.names(SECRETS)).not.toContain("c");
  });

  it("of the user's own is left as it is, though it has the name that we would choose", async () => {
    world = await OperatorWorld.begin();
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: named("c"),
      data: { auth_token: btoa("t") },
    } as const;
    await world.client.create(SECRETS, secret);
    await world.make({ rayVersion: "2.53.0", authOptions: { mode: "token" } });
    await world.pass(60);
    expect((await read(SECRETS, "c")).data).toEqual({ auth_token: btoa("t") });
    expect((await world.cluster()).status?.state).toBe("ready");
  });
});

describe("network policies", () => {
  it("are made for head and groups, put right, follow the groups, and go", async () => {
    world = await OperatorWorld.begin();
    await world.make({ networkPolicy: { mode: "DenyAll" } });
    await world.pass(5);
    expect(await world.names(NETWORK_POLICIES)).toEqual(["c-head", "c-workers-workers"]);
    const wanted = (await read(NETWORK_POLICIES, "c-head")).spec;
    await merge(NETWORK_POLICIES, "c-head", { spec: { ingress: [{}] } });
    await world.pass(1);
    expect((await read(NETWORK_POLICIES, "c-head")).spec).toEqual(wanted);
    await world.edit({ spec: { networkPolicy: null } });
    await world.pass(1);
    expect(await world.names(NETWORK_POLICIES)).toEqual([]);
    expect(await world.reasons()).toEqual(
      expect.arrayContaining(["CreatedNetworkPolicy", "UpdatedNetworkPolicy", "DeletedNetworkPolicy"]),
    );
  });
});

describe("services", () => {
  it("follow the spec, are put right, and make room when their type cannot change in place", async () => {
    world = await OperatorWorld.begin();
    await world.make({ metadata: { annotations: { "ray.io/enable-serve-service": "true" } } });
    await world.pass(20);
    expect(await world.names(SERVICES)).toEqual(expect.arrayContaining(["c-head-svc", "c-serve-svc"]));

    await merge(SERVICES, "c-head-svc", { spec: { selector: { "ray.io/cluster": "other" } } });
    await world.pass(1);
    expect((await read(SERVICES, "c-head-svc")).spec?.selector).toMatchObject({ "ray.io/cluster": "c" });

    await world.edit({ metadata: { annotations: { "ray.io/enable-serve-service": null } } });
    await world.edit({ spec: { headGroupSpec: { serviceType: "NodePort" } } });
    await world.pass(5);
    expect(await world.names(SERVICES)).not.toContain("c-serve-svc");
    const { spec } = await read(SERVICES, "c-head-svc");
    expect(spec).toMatchObject({ type: "NodePort" });
    expect(spec?.clusterIP).not.toBe("None");
    expect((await world.cluster()).status?.head?.serviceIP).toBe(spec?.clusterIP);
    const before = world.requests.length;
    await world.pass(4000);
    expect(world.requests.slice(before)).toEqual([]);
  });
});

describe("the control store's claim", () => {
  it("is made once and follows only whom it belongs to", async () => {
    world = await OperatorWorld.begin();
    const options = { backend: "rocksdb", storage: { deletionPolicy: "Retain" } } as const;
    await world.make({ gcsFaultToleranceOptions: options });
    await world.pass(5);
    expect((await read(PERSISTENT_VOLUME_CLAIMS, "c-gcs-pvc")).metadata.ownerReferences).toBeUndefined();
    await world.edit({
      spec: { gcsFaultToleranceOptions: { storage: { deletionPolicy: "DeleteWithCluster" } } },
    });
    await world.pass(5);
    const { ownerReferences } = (await read(PERSISTENT_VOLUME_CLAIMS, "c-gcs-pvc")).metadata;
    expect(ownerReferences).toHaveLength(1);
    expect(await world.reasons()).toContain("CreatedPVC");
  });
});

function read<T extends KubeObject>(resource: Resource<T>, name: string): Promise<T> {
  return world.client.get(resource, named(name));
}

function merge<T extends KubeObject>(resource: Resource<T>, name: string, change: object): Promise<T> {
  const body = JSON.parse(JSON.stringify(change));
  return world.client.patch(resource, named(name), { patch: { type: "merge", body } });
}

function named(name: string): ObjectName & { readonly name: string } {
  return { namespace: "default", name };
}

function managers({ metadata }: KubeObject): readonly string[] {
  return (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);
}
