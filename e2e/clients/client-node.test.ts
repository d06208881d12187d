import { Readable, Writable } from "node:stream";
import {
  CoreV1Api,
  Exec,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";

describe("@kubernetes/client-node", () => {
  let cluster: Cluster;
  let config: KubeConfig;
  let core: CoreV1Api;
  const namespace = "default";

  beforeAll(async () => {
    cluster = await startCluster();
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfigPath);
    core = config.makeApiClient(CoreV1Api);
    await core.createNamespacedPod({
      namespace,
      body: {
        metadata: { name: "web" },
        spec: { nodeName: "laptop", containers: [{ name: "main", image: "x" }] },
      },
    });
    await cluster.runPod("web");
  });
  afterAll(() => cluster?.remove());

  const configMap = (name: string, data: Record<string, string>) =>
    core.createNamespacedConfigMap({ namespace, body: { metadata: { name }, data } });

  it("creates, lists and patches", async () => {
    await configMap("listed", { a: "1" });
    const list = await core.listNamespacedConfigMap({ namespace, fieldSelector: "metadata.name=listed" });
    expect(list.items.map(({ data }) => data)).toEqual([{ a: "1" }]);
    const patched = await core.patchNamespacedConfigMap(
      { namespace, name: "listed", body: { data: { b: "2" } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    expect(patched.data).toEqual({ a: "1", b: "2" });
    const steps = [{ op: "replace", path: "/data/a", value: "3" }];
    const again = await core.patchNamespacedConfigMap(
      { namespace, name: "listed", body: steps },
      setHeaderOptions("Content-Type", PatchStrategy.JsonPatch),
    );
    expect(again.data).toEqual({ a: "3", b: "2" });
  });

  it("watches", async () => {
    const seen: string[] = [];
    const watch = await new Watch(config).watch(
      `/api/v1/namespaces/${namespace}/configmaps`,
      { fieldSelector: "metadata.name=watched" },
      (type) => void seen.push(type),
      () => undefined,
    );
    await configMap("watched", {});
    await core.deleteNamespacedConfigMap({ namespace, name: "watched" });
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(["ADDED", "DELETED"]);
    watch.abort();
  });

  it("keeps an informer's cache", async () => {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const informer = makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace }));
    const added: string[] = [];
    informer.on("add", ({ metadata }) => void added.push(metadata?.name ?? ""));
    await informer.start();
    await configMap("informed", { a: "1" });
    await expect.poll(() => added, { timeout: 10_000 }).toContain("informed");
    expect(informer.get("informed", namespace)?.data).toEqual({ a: "1" });
    await informer.stop();
  });

  it("runs commands, with their input and their end", async () => {
    const run = async (command: readonly string[], input?: string) => {
      const chunks: Buffer[] = [];
      const stdout = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
      const status = await new Promise<unknown>((resolve, reject) => {
        const stdin = input === undefined ? null : Readable.from([input]);
        new Exec(config)
          .exec(namespace, "web", "main", [...command], stdout, null, stdin, false, resolve)
          .catch(reject);
      });
      return { stdout: Buffer.concat(chunks).toString(), status };
    };
    expect(await run(["exit", "0"])).toMatchObject({ stdout: "out\n", status: { status: "Success" } });
    expect(await run(["exit", "3"])).toMatchObject({
      status: { reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: "3" }] } },
    });
    expect(await run(["cat"], "given")).toMatchObject({ stdout: "given" });
  });
});
