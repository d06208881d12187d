import { CONFIG_MAPS, DEPLOYMENTS, type KubeObject } from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type ClientProgram, clientProgram } from "./client-program.ts";
import { type Cluster, startCluster } from "./cluster.ts";

describe.each(["kubectl-1.32", "kubectl-1.35"] as const)("%s apply --server-side", (version) => {
  let cluster: Cluster;
  let program: ClientProgram;

  beforeAll(async () => {
    cluster = await startCluster();
    program = clientProgram(fetchTools()[version], cluster);
  });
  afterAll(() => cluster?.remove());

  const run: ClientProgram["run"] = (...call) => program.run(...call);
  const kubectl = (args: string, object?: object) =>
    program.output(args, object === undefined ? {} : { input: JSON.stringify(object) });

  async function owners(name: string): Promise<readonly string[]> {
    const { metadata } = await cluster.client.get(CONFIG_MAPS, { name, namespace: "default" });
    return (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager} ${operation}`);
  }

  it("creates, changes, drops what is left out, and makes no version of what is the same", async () => {
    const apply = "apply --server-side -f -";
    expect(await kubectl(apply, configMap("a", { one: "1", two: "2" }))).toBe(
      "configmap/a serverside-applied\n",
    );
    const before = await cluster.client.get(CONFIG_MAPS, { name: "a", namespace: "default" });
    await kubectl(apply, configMap("a", { one: "1", two: "2" }));
    const same = await cluster.client.get(CONFIG_MAPS, { name: "a", namespace: "default" });
    expect(same.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await kubectl(apply, configMap("a", { one: "3" }));
    const { data } = await cluster.client.get(CONFIG_MAPS, { name: "a", namespace: "default" });
    expect(data).toEqual({ one: "3" });
    expect(await owners("a")).toEqual(["kubectl Apply"]);
  });

  it("shows the owners when it is asked to", async () => {
    await kubectl("apply --server-side -f -", configMap("shown", { one: "1" }));
    const yaml = await kubectl("get configmap shown -o yaml --show-managed-fields");
    expect(yaml).toContain("f:data:\n        f:one: {}\n    manager: kubectl\n    operation: Apply\n");
    expect(await kubectl("get configmap shown -o yaml")).not.toContain("managedFields");
  });

  it("stops at a conflict, names the owner and the field, and goes on with --force-conflicts", async () => {
    const apply = "apply --server-side --field-manager=second -f -";
    await kubectl("apply --server-side --field-manager=first -f -", deployment("contested", 1));
    const stopped = await run(apply, { input: JSON.stringify(deployment("contested", 3)) });
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain('Apply failed with 1 conflict: conflict with "first": .spec.replicas');
    expect(stopped.stderr).toContain("--force-conflicts");
    expect(await kubectl(`${apply} --force-conflicts`, deployment("contested", 3))).toContain(
      "serverside-applied",
    );
    const { spec } = await cluster.client.get(DEPLOYMENTS, { name: "contested", namespace: "default" });
    expect(spec?.replicas).toBe(3);
  });

  it("meets whoever scaled in between", async () => {
    const apply = "apply --server-side -f -";
    await kubectl(apply, deployment("scaled", 1));
    await kubectl("scale deployment scaled --replicas=5");
    const stopped = await run(apply, { input: JSON.stringify(deployment("scaled", 2)) });
    // Without a manager of its own a write is the program's, by its file name.
    expect(stopped.stderr).toContain(
      `Apply failed with 1 conflict: conflict with "${version}" with subresource "scale" using apps/v1: .spec.replicas`,
    );
  });

  it("moves an object from client-side to server-side apply without a conflict with itself", async () => {
    await kubectl("apply -f -", configMap("moved", { one: "1", two: "2" }));
    expect(await owners("moved")).toEqual(["kubectl-client-side-apply Update"]);
    const again = await kubectl("apply --server-side -f -", configMap("moved", { one: "changed" }));
    expect(again).toBe("configmap/moved serverside-applied\n");
    const { data, metadata } = await cluster.client.get(CONFIG_MAPS, { name: "moved", namespace: "default" });
    expect(data).toEqual({ one: "changed" });
    expect(await owners("moved")).not.toContain("kubectl-client-side-apply Update");
    expect(metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"]).toContain("changed");
    expect(await kubectl("apply -f -", configMap("moved", { one: "back" }))).toContain("configured");
  });

  it("refuses a field that the kind does not have", async () => {
    const object = { ...configMap("odd", {}), bogus: 1 };
    const { code, stderr } = await run("apply --server-side -f -", { input: JSON.stringify(object) });
    expect(code).toBe(1);
    expect(stderr).toContain(".bogus: field not declared in schema");
  });

  it("changes nothing with --dry-run=server, and diff says what it would", async () => {
    await kubectl("apply --server-side -f -", configMap("dry", { one: "1" }));
    await kubectl("apply --server-side --dry-run=server -f -", configMap("dry", { one: "2" }));
    const { data } = await cluster.client.get(CONFIG_MAPS, { name: "dry", namespace: "default" });
    expect(data).toEqual({ one: "1" });
    const diff = await run("diff --server-side -f -", {
      input: JSON.stringify(configMap("dry", { one: "2" })),
    });
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/-\s+one: "1"\n\+\s+one: "2"/);
  });
});

function configMap(name: string, data: Record<string, string>): KubeObject & { readonly data: object } {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data };
}

function deployment(name: string, replicas: number): object {
  const labels = { app: name };
  const containers = [{ name: "main", image: "example/app:1" }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  };
}
