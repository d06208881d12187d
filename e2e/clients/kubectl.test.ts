import { CONFIG_MAPS, clusterScoped, isKubeError, namespaced, PODS } from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type ClientProgram, clientProgram } from "./client-program.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const DEFINITIONS = clusterScoped(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "customresourcedefinitions",
);
const WIDGETS = namespaced("example.com/v1", "Widget", "widgets");

describe.each(["kubectl-1.32", "kubectl-1.35"] as const)("%s", (version) => {
  let cluster: Cluster;
  let program: ClientProgram;

  beforeAll(async () => {
    cluster = await startCluster();
    program = clientProgram(fetchTools()[version], cluster);
  });
  afterAll(() => cluster?.remove());

  const run: ClientProgram["run"] = (...call) => program.run(...call);
  const kubectl: ClientProgram["output"] = (...call) => program.output(...call);

  const configMap = async (name: string) =>
    (await cluster.client.get(CONFIG_MAPS, { name, namespace: "default" })).data;

  it("finds the server and lists namespaces", async () => {
    expect(await kubectl("version")).toContain("heliostat");
    const lines = (await kubectl("get ns")).split("\n");
    expect(lines[0]).toMatch(/^NAME +STATUS +AGE$/);
    expect(lines[1]).toMatch(/^default +Active +\d+s$/);
    expect(await kubectl("get --raw /readyz")).toBe("ok");
    expect(await kubectl("api-resources --api-group=apps -o name")).toContain("deployments.apps");
  });

  it("creates, applies, applies a change, and knows when there is none", async () => {
    const one = manifest("ConfigMap", "applied", { data: { key: "one" } });
    const two = manifest("ConfigMap", "applied", { data: { key: "two" } });
    expect(await kubectl("apply -f -", { input: one })).toBe("configmap/applied created\n");
    expect(await kubectl("apply -f -", { input: one })).toBe("configmap/applied unchanged\n");
    expect(await kubectl("apply -f -", { input: two })).toBe("configmap/applied configured\n");
    expect(await configMap("applied")).toEqual({ key: "two" });
    const again = await run("create -f -", { input: two });
    expect(again).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('configmaps "applied" already exists'),
    });
  });

  it("edits", async () => {
    await kubectl("create -f -", { input: manifest("ConfigMap", "edited", { data: { key: "before" } }) });
    const env = { KUBE_EDITOR: "sed -i s/before/after/" };
    expect(await kubectl("edit configmap edited", { env })).toBe("configmap/edited edited\n");
    expect(await configMap("edited")).toEqual({ key: "after" });
  });

  it("labels, annotates and selects", async () => {
    await kubectl("create -f -", { input: manifest("ConfigMap", "labelled", { data: {} }) });
    expect(await kubectl("label cm labelled tier=front")).toContain("labelled");
    expect(await kubectl("annotate cm labelled note=hi")).toContain("annotated");
    expect(await kubectl("get cm -l tier=front -o name")).toBe("configmap/labelled\n");
    const { metadata } = await cluster.client.get(CONFIG_MAPS, { name: "labelled", namespace: "default" });
    expect(metadata).toMatchObject({ labels: { tier: "front" }, annotations: { note: "hi" } });
  });

  it("prints objects in every form", async () => {
    await kubectl("create -f -", { input: POD });
    await cluster.runPod("web");
    expect(await kubectl("get pods")).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE\nweb +1\/1 +Running +0 +\d+s\n$/,
    );
    expect(await kubectl("get pod web -o wide")).toMatch(/10\.244\.0\.2 +laptop/);
    expect(await kubectl("get pod web -o yaml")).toContain("kind: Pod\nmetadata:\n");
    expect(JSON.parse(await kubectl("get pods -o json"))).toMatchObject({
      kind: "List",
      items: [{ kind: "Pod" }],
    });
    expect(await kubectl("get pod web -o jsonpath={.status.podIP}")).toBe("10.244.0.2");
    expect(await kubectl("get pods --sort-by=.metadata.name --no-headers")).toMatch(/^web /);
  });

  it("watches until it is told to stop", async () => {
    const watching = run("get configmaps -w --field-selector=metadata.name=watched", {
      until: (stdout) => stdout.trim().split("\n").length >= 3,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await kubectl("create -f -", { input: manifest("ConfigMap", "watched", { data: {} }) });
    await kubectl("annotate cm watched seen=yes");
    expect((await watching).stdout).toMatch(/^NAME +DATA +AGE\nwatched +0 +\d+s\nwatched +0 +\d+s\n$/);
  });

  it("deletes, and waits until that has happened", async () => {
    await kubectl("create -f -", { input: manifest("ConfigMap", "doomed", { data: {} }) });
    const waiting = kubectl("wait --for=delete configmap/doomed --timeout=20s");
    expect(await kubectl("delete configmap doomed")).toContain('configmap "doomed" deleted');
    await waiting;
    await expect(configMap("doomed")).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
    const missing = await run("get configmap doomed");
    expect(missing).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): configmaps "doomed" not found\n',
    });
  });

  it("waits for a condition", async () => {
    await kubectl("create -f -", { input: POD.replace("web", "slow") });
    const waiting = kubectl("wait --for=condition=Ready pod/slow --timeout=20s");
    await new Promise((resolve) => setTimeout(resolve, 300));
    await cluster.runPod("slow");
    expect(await waiting).toBe("pod/slow condition met\n");
    expect(await run("wait --for=condition=Ready=False pod/slow --timeout=1s")).toMatchObject({ code: 1 });
  });

  it("explains and describes", async () => {
    const explained = await kubectl("explain pods.spec.containers");
    expect(explained).toMatch(/KIND: +Pod/);
    expect(explained).toMatch(/name\t<string> -required-/);
    const described = await kubectl("describe pod web");
    expect(described).toMatch(/Node: +laptop/);
    expect(described).toMatch(/Status: +Running/);
  });

  it("reads logs", async () => {
    expect(await kubectl("logs web --tail=2")).toBe("line 9\nline 10\n");
    const followed = await run("logs -f web", { until: (stdout) => stdout.includes("line 12\n") });
    expect(followed.stdout).toMatch(/^line 1\n.*line 12\n/s);
    const wrong = await run("logs web -c nope");
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("container nope is not valid for pod web"),
    });
    await kubectl("create -f -", {
      input: POD.replace("web", "unborn"),
    });
    expect(await run("logs unborn")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is not available"),
    });
  });

  it("runs commands and keeps their exit codes", async () => {
    expect(await run("exec web -- exit 3")).toMatchObject({
      code: 3,
      stdout: "out\n",
      stderr: expect.stringContaining("err\n"),
    });
    expect(await kubectl("exec -i web -- cat", { input: "through\n" })).toBe("through\n");
    expect(await run("exec web -- fail")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no such program"),
    });
    expect(await run("exec nope -- cat")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("NotFound"),
    });
  });

  it("refuses fields that do not exist", async () => {
    const typo = await run("create -f -", { input: POD.replace("web", "typo").replace("image:", "imagee:") });
    expect(typo).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('unknown field "spec.containers[0].imagee"'),
    });
    await expect(cluster.client.get(PODS, { name: "typo", namespace: "default" })).rejects.toThrow(
      "not found",
    );
  });

  describe("on a custom kind", () => {
    it("installs the definition and waits for it", async () => {
      expect(await kubectl("apply -f -", { input: DEFINITION })).toContain("widgets.example.com created");
      expect(
        await kubectl("wait --for=condition=Established crd/widgets.example.com --timeout=20s"),
      ).toContain("met");
      expect(await kubectl("get crd widgets.example.com -o name")).toContain("widgets.example.com");
    });

    it("applies, prints its columns, edits, patches and scales", async () => {
      const widget = (size: number) =>
        manifest("Widget", "w", { apiVersion: "example.com/v1", spec: { size } });
      expect(await kubectl("apply -f -", { input: widget(1) })).toBe("widget.example.com/w created\n");
      expect(await kubectl("apply -f -", { input: widget(2) })).toBe("widget.example.com/w configured\n");
      expect(await kubectl("get wd")).toMatch(/^NAME +SIZE\nw +2\n$/);
      expect(await kubectl("get widgets -o wide")).toMatch(/^NAME +SIZE +COLOUR\nw +2 +blue\n$/);
      await kubectl("edit widget w", { env: { KUBE_EDITOR: "sed -i s/blue/green/" } });
      await kubectl('patch widget w --type=merge -p {"spec":{"size":3}}');
      expect(await cluster.client.get(WIDGETS, { name: "w", namespace: "default" })).toMatchObject({
        spec: { size: 3, colour: "green" },
      });
      await kubectl("scale widget w --replicas=5");
      expect(await kubectl("get widget w -o jsonpath={.spec.size}")).toBe("5");
    });

    it("explains and describes it, and refuses what its schema does not allow", async () => {
      expect(await kubectl("explain widget.spec")).toMatch(/size\t<integer>\n +How large it is\./);
      expect(await kubectl("describe widget w")).toMatch(/Colour: +green/);
      const wrong = await run('patch widget w --type=merge -p {"spec":{"size":-1}}');
      expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining("spec.size: Invalid value") });
    });

    it("deletes it, and its definition with all that are left", async () => {
      await kubectl("delete widget w");
      await kubectl("delete crd widgets.example.com --timeout=20s");
      await expect(cluster.client.get(DEFINITIONS, { name: "widgets.example.com" })).rejects.toThrow(
        "not found",
      );
      expect(await run("get widgets")).toMatchObject({ code: 1 });
    });
  });
});

/** `more` may name another apiVersion. */
function manifest(kind: string, name: string, more: object): string {
  return JSON.stringify({ apiVersion: "v1", kind, metadata: { name, namespace: "default" }, ...more });
}

const POD = `
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  nodeName: laptop
  containers:
    - name: main
      image: example/web:1
`;

const DEFINITION = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wd] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources:
        scale: { specReplicasPath: .spec.size, statusReplicasPath: .status.size }
      additionalPrinterColumns:
        - { name: Size, type: integer, jsonPath: .spec.size }
        - { name: Colour, type: string, jsonPath: .spec.colour, priority: 1 }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                size: { type: integer, minimum: 0, description: How large it is. }
                colour: { type: string, default: blue }
            status: { type: object, properties: { size: { type: integer } } }
`;
