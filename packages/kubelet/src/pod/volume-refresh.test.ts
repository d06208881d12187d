import {
  CONFIG_MAPS,
  type Json,
  type ObjectName,
  PODS,
  type Resource,
  SECRETS,
  type Volume,
} from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import type { VolumeFile } from "../runtime/container-runtime.ts";
import { aContainer } from "../testing/fixtures.ts";
import { ScriptedRuntime } from "../testing/scripted-runtime.ts";
import { type TestNode, testNode } from "../testing/test-node.ts";

const MINUTE_MS = 60_000;
const CONFIG = { name: "config", namespace: "default" };
let node: TestNode<ScriptedRuntime>;

beforeEach(async () => {
  node = await testNode((clock) => new ScriptedRuntime(clock));
  await node.client.create(CONFIG_MAPS, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: CONFIG,
    data: { a: "1", b: "2" },
  });
});

/** A pod that shows this volume and nothing else. */
async function runWith(volume: Omit<Volume, "name">): Promise<void> {
  const container = aContainer({ volumeMounts: [{ name: "v", mountPath: "/v" }] });
  const spec = {
    containers: [container],
    volumes: [{ name: "v", ...volume }],
    automountServiceAccountToken: false,
  };
  await node.run({ spec });
}

async function change(resource: Resource, name: ObjectName, body: Json): Promise<void> {
  await node.client.patch(resource, name, { patch: { type: "merge", body } });
}

function told(): readonly string[] {
  return (node.runtime.sandboxes[0]?.updates ?? []).map(({ files }) => texts(files));
}

function texts(files: readonly VolumeFile[]): string {
  return files.map(({ path, content }) => `${path}=${Buffer.from(content)}`).join(" ");
}

describe("mounted files", () => {
  it("follow their config map within a minute, and nobody is told of what is the same", async () => {
    await runWith({ configMap: { name: "config" } });
    await node.clock.turn(3 * MINUTE_MS);
    expect(told()).toEqual([]);
    await change(CONFIG_MAPS, CONFIG, { data: { a: "3", b: null, c: "4" } });
    await node.clock.turn(MINUTE_MS);
    expect(told()).toEqual(["a=3 c=4"]);
  });

  it("are new as well for a container that starts again", async () => {
    await runWith({ configMap: { name: "config" } });
    await change(CONFIG_MAPS, CONFIG, { data: { a: "3" } });
    await node.clock.turn(MINUTE_MS);
    node.runtime.container("main").ends(1);
    await node.clock.turn(MINUTE_MS);
    const [mount] = node.runtime.container("main").spec.mounts;
    expect(node.runtime.containers).toHaveLength(2);
    expect(mount?.volume.type === "files" && texts(mount.volume.files)).toBe("a=3 b=2");
  });

  it("appear when an optional secret does, and stay as they are when it goes", async () => {
    const secret = { name: "late", namespace: "default" };
    await runWith({
      projected: {
        sources: [{ secret: { name: "late", optional: true } }, { configMap: { name: "config" } }],
      },
    });
    const data = { key: Buffer.from("value").toString("base64") };
    await node.client.create(SECRETS, { apiVersion: "v1", kind: "Secret", metadata: secret, data });
    await node.clock.turn(MINUTE_MS);
    expect(told()).toEqual(["key=value a=1 b=2"]);
    await node.client.delete(CONFIG_MAPS, CONFIG);
    await node.clock.turn(MINUTE_MS);
    expect(told()).toHaveLength(1);
    expect(node.events.at(-1)).toContain(
      'MountVolume.SetUp failed for volume "v" : configmap "config" not found',
    );
  });

  it("follow the pod's own labels", async () => {
    const fieldRef = { fieldPath: "metadata.labels['color']" };
    await runWith({ downwardAPI: { items: [{ path: "color", fieldRef }] } });
    await change(PODS, { name: "demo", namespace: "default" }, { metadata: { labels: { color: "red" } } });
    await node.clock.turn(MINUTE_MS);
    expect(told()).toEqual(["color=red"]);
  });

  it("are asked for no more once the pod has stopped", async () => {
    await runWith({ configMap: { name: "config" } });
    await node.remove();
    await change(CONFIG_MAPS, CONFIG, { data: { a: "3" } });
    await node.clock.turn(2 * MINUTE_MS);
    expect(told()).toEqual([]);
  });
});

describe("mounted tokens", () => {
  it("are renewed when four fifths of their life are over", async () => {
    const serviceAccountToken = { path: "token", audience: "vault", expirationSeconds: 600 };
    await runWith({ projected: { sources: [{ serviceAccountToken }] } });
    expect(node.tokenRequests).toMatchObject([{ audience: "vault", expirationSeconds: 600 }]);
    await node.clock.turn(7 * MINUTE_MS);
    expect(node.tokenRequests).toHaveLength(1);
    await node.clock.turn(MINUTE_MS);
    expect(node.tokenRequests).toHaveLength(2);
  });

  it("of the API are good for a year, and renewed as if for an hour", async () => {
    await node.run();
    await node.clock.turn(48 * MINUTE_MS);
    expect(node.tokenRequests).toHaveLength(1);
    await node.clock.turn(MINUTE_MS);
    expect(node.tokenRequests.map(({ expirationSeconds }) => expirationSeconds)).toEqual([
      31_536_000, 31_536_000,
    ]);
  });
});
