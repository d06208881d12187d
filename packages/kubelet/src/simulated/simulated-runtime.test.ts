import type { HandClock } from "@heliostat/kube/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { aContainer } from "../testing/fixtures.ts";
import { conditionStatus, type TestNode, testNode, textOf } from "../testing/test-node.ts";
import { simulatedRuntime } from "./simulated-runtime.ts";

const DEMO = { name: "demo", namespace: "default" };

let node: TestNode<ContainerRuntime>;

beforeEach(async () => {
  node = await testNode((clock: HandClock) => simulatedRuntime({ clock }));
});

function simulate(wish: string): { readonly annotations: Record<string, string> } {
  return { annotations: { "heliostat.dev/simulate": wish } };
}

describe("a simulated pod", () => {
  it("is ready after its init containers and a moment, whatever its image and probes", async () => {
    await node.run({
      spec: {
        initContainers: [aContainer({ name: "init" })],
        containers: [aContainer({ readinessProbe: { exec: { command: ["x"] }, initialDelaySeconds: 99 } })],
      },
    });
    expect((await node.pod()).status?.podIP).toBe("10.244.0.2");
    await node.clock.turn(3000);
    expect(conditionStatus(await node.pod(), "Ready")).toBe("True");
  });

  it("costs no timer while it runs", async () => {
    await node.kubelet.port.connect(DEMO, 1).catch(() => undefined);
    await node.run();
    await node.clock.turn(500);
    expect(conditionStatus(await node.pod(), "Ready")).toBe("True");
    await node.clock.turn(0);
    // All that is left is the node's own heartbeat.
    expect(node.clock.nextInMs).toBe(9500);
    expect(node.tokenRequests).toEqual([]);
  });

  it("uses what it is told to", async () => {
    await node.run({ metadata: simulate("use 250m cpu; use 1Ki memory") });
    await node.clock.turn(30_000);
    expect(await node.kubelet.metrics.pods()).toMatchObject([
      { name: "demo", containers: [{ name: "main", cpuMillis: 250, memoryBytes: 1024 }] },
    ]);
  });

  it("says in its log that it is simulated, and refuses what needs a process", async () => {
    await node.run();
    await node.clock.turn(500);
    const main = { ...DEMO, container: "main" };
    expect(await textOf(await node.kubelet.port.logs(main))).toBe(
      "Simulated: nothing runs in the place of demo:1\n",
    );
    await expect(node.kubelet.port.exec(main, { command: ["sh"] })).rejects.toMatchObject({
      reason: "BadRequest",
      message: expect.stringContaining("pods are simulated here"),
    });
    await expect(node.kubelet.port.connect(DEMO, 80)).rejects.toMatchObject({ reason: "Unavailable" });
  });

  it("completes when it belongs to a job, and runs for ever otherwise", async () => {
    const job = { apiVersion: "batch/v1", kind: "Job", name: "j", uid: "j", controller: true };
    await node.run({ metadata: { ownerReferences: [job] }, spec: { restartPolicy: "Never" } });
    await node.run({ metadata: { name: "other" }, spec: { restartPolicy: "Never" } });
    await node.clock.turn(60_000);
    expect((await node.pod()).status?.phase).toBe("Succeeded");
    expect((await node.pod("other")).status?.phase).toBe("Running");
  });

  it("fails, crashes and runs out of memory on demand", async () => {
    await node.run({ metadata: simulate("exit 1 after 5s") });
    await node.clock.turn(5_500);
    await node.clock.turn(5_500);
    expect((await node.pod()).status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      state: { waiting: { reason: "CrashLoopBackOff" } },
    });
    await node.run({
      metadata: { name: "fat", ...simulate("run out of memory after 1s") },
      spec: { restartPolicy: "Never" },
    });
    await node.clock.turn(1_500);
    expect((await node.pod("fat")).status?.containerStatuses?.[0]?.state?.terminated?.reason).toBe(
      "OOMKilled",
    );
  });

  it("waits with an event when its wish cannot be read", async () => {
    await node.run({ metadata: simulate("explode") });
    expect(node.events).toEqual([
      `FailedCreatePodSandBox: Failed to create pod sandbox: Cannot read annotation "heliostat.dev/simulate": "explode" is not in the vocabulary`,
    ]);
  });

  it("is deleted at once", async () => {
    await node.run();
    await node.clock.turn(500);
    await node.remove();
    expect(await node.exists()).toBe(false);
  });

  it("leaves nothing behind when the kubelet stops", async () => {
    await node.run();
    await node.kubelet.stop();
    await node.clock.turn(0);
    expect(node.clock.nextInMs).toBeUndefined();
  });
});
