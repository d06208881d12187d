import type { Json, Pod, Service } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, testKubernetes } from "../testing/test-kubernetes.ts";
import { builtinResources } from "./builtin-resources.ts";

function pod(name: string, spec: object = {}): Json {
  const containers = [{ name: "main", image: "example/app" }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
}

function service(name: string, spec: Json): Json {
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

const PORTS = [{ port: 80 }];

describe("built-in kinds", () => {
  it("are served each under one path, with a schema and a first column", () => {
    const resources = builtinResources();
    const paths = resources.map(({ group, version, plural }) => `${group}/${version}/${plural}`);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { schema, columns } of resources) {
      expect(schema.properties).toBeDefined();
      expect(columns.length).toBeGreaterThan(0);
    }
  });

  it("have scale paths exactly where they have the subresource", () => {
    for (const { subresources, scale } of builtinResources())
      expect(subresources.includes("scale")).toBe(scale !== undefined);
  });
});

describe("pods", () => {
  it("get the defaults that clients notice", async () => {
    const { given } = await testKubernetes();
    const { spec, status } = await given<Pod>(pod("p"));
    expect(spec).toMatchObject({
      restartPolicy: "Always",
      dnsPolicy: "ClusterFirst",
      terminationGracePeriodSeconds: 30,
      schedulerName: "default-scheduler",
      securityContext: {},
      enableServiceLinks: true,
      serviceAccountName: "default",
      priority: 0,
      tolerations: [
        { key: "node.kubernetes.io/not-ready", tolerationSeconds: 300 },
        { key: "node.kubernetes.io/unreachable", tolerationSeconds: 300 },
      ],
      containers: [
        { imagePullPolicy: "Always", terminationMessagePath: "/dev/termination-log", resources: {} },
      ],
    });
    expect(status).toEqual({ phase: "Pending", qosClass: "BestEffort" });
  });

  it("find the API's token, CA and their namespace under the usual path, unless they want none", async () => {
    const { given } = await testKubernetes();
    const { spec } = await given<Pod>(pod("p"));
    const [volume] = spec?.volumes ?? [];
    expect(volume?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(spec?.containers[0]?.volumeMounts).toEqual([
      { name: volume?.name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
    ]);
    const plain = await given<Pod>(pod("q", { automountServiceAccountToken: false }));
    expect(plain.spec?.volumes).toBeUndefined();
    await given({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "quiet" },
      automountServiceAccountToken: false,
    });
    const quiet = await given<Pod>(pod("r", { serviceAccountName: "quiet" }));
    expect(quiet.spec?.volumes).toBeUndefined();
  });

  it("have a class of service that follows from their resources", async () => {
    const { given } = await testKubernetes();
    const qos = async (name: string, resources: object): Promise<string | undefined> => {
      const containers = [{ name: "main", image: "i:1", resources }];
      return (await given<Pod>(pod(name, { containers }))).status?.qosClass;
    };
    expect(await qos("a", { limits: { cpu: "1", memory: "1Gi" } })).toBe("Guaranteed");
    expect(await qos("b", { requests: { cpu: "1" } })).toBe("Burstable");
  });

  it("take their priority from their class", async () => {
    const { given } = await testKubernetes();
    await given({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: "high" },
      value: 7,
    });
    expect((await given<Pod>(pod("p", { priorityClassName: "high" }))).spec?.priority).toBe(7);
    await expect(given(pod("q", { priorityClassName: "absent" }))).rejects.toMatchObject({
      reason: "Forbidden",
    });
  });

  it("take it from the class that is everybody's default, of which there is one", async () => {
    const { given } = await testKubernetes();
    const priorityClass = (name: string, value: number, more: Record<string, Json> = {}): Json => ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
      ...more,
    });
    expect((await given<Pod>(pod("before"))).spec?.priority).toBe(0);
    const standard = priorityClass("standard", 5, { globalDefault: true, preemptionPolicy: "Never" });
    await given(standard);
    const { spec } = await given<Pod>(pod("after"));
    expect(spec).toMatchObject({ priority: 5, priorityClassName: "standard", preemptionPolicy: "Never" });
    await expect(given(priorityClass("other", 6, { globalDefault: true }))).rejects.toMatchObject({
      reason: "Forbidden",
      message: expect.stringContaining(
        "PriorityClass standard is already marked as default. Only one default can exist",
      ),
    });
  });

  it.each<[string, object, string]>([
    ["no container", { containers: [] }, "spec.containers"],
    ["a container without image", { containers: [{ name: "a" }] }, "spec.containers[0].image"],
    [
      "two containers of one name",
      { containers: [1, 2].map(() => ({ name: "a", image: "i" })) },
      "spec.containers[1]",
    ],
    [
      "a mount of no volume",
      { containers: [{ name: "a", image: "i", volumeMounts: [{ name: "v", mountPath: "/v" }] }] },
      "spec.containers[0].volumeMounts[0].name",
    ],
    [
      "a request over its limit",
      {
        containers: [
          { name: "a", image: "i", resources: { limits: { cpu: 1 }, requests: { cpu: "1500m" } } },
        ],
      },
      "spec.containers[0].resources.requests",
    ],
  ])("are refused with %s", async (_, spec, field) => {
    const { given } = await testKubernetes();
    await expect(given(pod("p", spec))).rejects.toMatchObject({
      reason: "Invalid",
      options: {
        causes: expect.arrayContaining([expect.objectContaining({ field: expect.stringContaining(field) })]),
      },
    });
  });

  it("let image, deadline and further tolerations be changed, and nothing else", async () => {
    const { api, target, given } = await testKubernetes();
    const { spec } = await given<Pod>(pod("p"));
    const at = target("v1", "pods", { name: "p" });
    const patch = (body: object) =>
      api.patch(at, { type: "strategic", body: { spec: body } as Json }, CALLER);
    await patch({ containers: [{ name: "main", image: "other:2" }], activeDeadlineSeconds: 60 });
    await patch({ tolerations: [...(spec?.tolerations ?? []), { key: "gpu", operator: "Exists" }] });
    await expect(patch({ tolerations: [] })).rejects.toThrow("existing toleration can not be modified");
    await expect(patch({ nodeName: "n" })).rejects.toThrow("pod updates may not change fields other than");
    await expect(patch({ activeDeadlineSeconds: 90 })).rejects.toThrow(
      "must be less than or equal to previous value",
    );
  });
});

describe("services", () => {
  it("get an address of their own, unless they are headless or external", async () => {
    const { given } = await testKubernetes();
    const { spec: first } = await given<Service>(service("a", { ports: PORTS }));
    const { spec: second } = await given<Service>(service("b", { ports: PORTS }));
    expect(first).toMatchObject({
      type: "ClusterIP",
      clusterIP: "10.96.0.2",
      clusterIPs: ["10.96.0.2"],
      ipFamilies: ["IPv4"],
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
      ports: [{ port: 80, targetPort: 80, protocol: "TCP" }],
    });
    expect(second?.clusterIP).toBe("10.96.0.3");
    const headless = await given<Service>(service("c", { clusterIP: "None" }));
    expect(headless.spec).toMatchObject({ clusterIP: "None", clusterIPs: ["None"] });
    const external = await given<Service>(
      service("d", { type: "ExternalName", externalName: "example.com" }),
    );
    expect(external.spec?.clusterIP).toBeUndefined();
  });

  it("never share an address, and give it back when they go", async () => {
    const { api, target, given } = await testKubernetes();
    await given(service("a", { ports: PORTS, clusterIP: "10.96.0.9" }));
    const taken = given(service("b", { ports: PORTS, clusterIP: "10.96.0.9" }));
    await expect(taken).rejects.toMatchObject({ reason: "Invalid" });
    await expect(given(service("b", { ports: PORTS, clusterIP: "1.2.3.4" }))).rejects.toThrow(
      "not in the valid range",
    );
    await api.delete(target("v1", "services", { name: "a" }), {}, CALLER);
    await given(service("b", { ports: PORTS, clusterIP: "10.96.0.9" }));
  });

  it("keep address and node ports through an update that leaves them out", async () => {
    const { api, target, given } = await testKubernetes();
    const { spec } = await given<Service>(service("a", { type: "NodePort", ports: PORTS }));
    expect(spec?.ports?.[0]?.nodePort).toBe(30_000);
    const body = {
      metadata: { name: "a" },
      spec: { type: "NodePort", ports: [{ port: 80 }], selector: { x: "y" } },
    };
    const { object } = await api.update(target("v1", "services", { name: "a" }), body, CALLER);
    expect(object).toMatchObject({ spec: { clusterIP: spec?.clusterIP, ports: [{ nodePort: 30_000 }] } });
    const moved = { type: "merge", body: { spec: { clusterIP: "10.96.0.77" } } } as const;
    await expect(api.patch(target("v1", "services", { name: "a" }), moved, CALLER)).rejects.toThrow(
      "may not change once set",
    );
  });

  it("get and give back addresses and node ports as their type changes", async () => {
    const { api, target, given } = await testKubernetes();
    await given(service("a", { ports: PORTS }));
    const at = target("v1", "services", { name: "a" });
    const become = async (spec: Json): Promise<Service> =>
      (await api.patch(at, { type: "merge", body: { spec } }, CALLER)).object as Service;
    expect((await become({ type: "NodePort" })).spec?.ports?.[0]?.nodePort).toBe(30_000);
    expect((await become({ type: "ClusterIP" })).spec?.ports?.[0]?.nodePort).toBeUndefined();
    expect((await become({ type: "ExternalName", externalName: "e" })).spec?.clusterIP).toBeUndefined();
    expect((await become({ type: "ClusterIP", externalName: null })).spec?.clusterIP).toMatch(/^10\.96\./);
  });

  it("need ports, and names for them when there are several", async () => {
    const { given } = await testKubernetes();
    await expect(given(service("a", {}))).rejects.toThrow("spec.ports: Required value");
    const twoPorts = given(service("a", { ports: [{ port: 80 }, { port: 81 }] }));
    await expect(twoPorts).rejects.toThrow("spec.ports[0].name: Required value");
    await expect(given(service("1a", { ports: PORTS }))).rejects.toThrow("a DNS-1035 label");
  });
});

describe("workloads and configuration", () => {
  const template = {
    metadata: { labels: { app: "x" } },
    spec: { containers: [{ name: "main", image: "example/app:1" }] },
  };
  const selector = { matchLabels: { app: "x" } };

  it("default a deployment and its template", async () => {
    const { given } = await testKubernetes();
    const metadata = { name: "d" };
    expect(
      await given({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector, template } }),
    ).toMatchObject({
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
        template: { spec: { restartPolicy: "Always", containers: [{ imagePullPolicy: "IfNotPresent" }] } },
      },
    });
  });

  it("refuse a selector that its own template does not match, or that changes", async () => {
    const { api, target, given } = await testKubernetes();
    const wrong = { selector: { matchLabels: { app: "y" } }, template };
    const metadata = { name: "d" };
    const refused = given({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: wrong });
    await expect(refused).rejects.toThrow("`selector` does not match template `labels`");
    await given({ apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { selector, template } });
    const body = { spec: { selector: { matchLabels: { tier: "x" } } } };
    const patched = api.patch(
      target("apps/v1", "deployments", { name: "d" }),
      { type: "merge", body },
      CALLER,
    );
    await expect(patched).rejects.toThrow("field is immutable");
  });

  it("let a job find its pods by its own uid", async () => {
    const { given } = await testKubernetes();
    const spec = { template: { spec: { ...template.spec, restartPolicy: "Never" } } };
    const job = await given({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" }, spec });
    const { uid = "" } = job.metadata;
    expect(job).toMatchObject({
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
        template: { metadata: { labels: { "job-name": "j", "controller-uid": uid } } },
      },
    });
  });

  it("take a secret's base64 in several lines, as Go does, and keep it in one", async () => {
    const { given } = await testKubernetes();
    const data = { certificate: "Z2Vo\nZWlt\r\n" };
    const secret = await given({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data });
    expect(secret).toMatchObject({ data: { certificate: "Z2VoZWlt" } });
  });

  it("turn a secret's stringData into data", async () => {
    const { given } = await testKubernetes();
    const secret = await given({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      data: { kept: "eA==" },
      stringData: { password: "geheim" },
    });
    expect(secret).toMatchObject({ type: "Opaque", data: { kept: "eA==", password: "Z2VoZWlt" } });
    expect(secret).not.toHaveProperty("stringData");
  });

  it("hold immutable what calls itself so", async () => {
    const { api, target, given } = await testKubernetes();
    await given({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c" },
      immutable: true,
      data: { a: "1" },
    });
    const patch = { type: "merge", body: { data: { a: "2" } } } as const;
    await expect(api.patch(target("v1", "configmaps", { name: "c" }), patch, CALLER)).rejects.toThrow(
      "field is immutable when `immutable` is set",
    );
  });
});
