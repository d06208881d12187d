import type { Container, Probe } from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import { aContainer } from "../testing/fixtures.ts";
import { ScriptedRuntime } from "../testing/scripted-runtime.ts";
import { conditionStatus, type TestNode, testNode } from "../testing/test-node.ts";

let node: TestNode<ScriptedRuntime>;

beforeEach(async () => {
  node = await testNode((clock) => new ScriptedRuntime(clock));
});

/** Run a pod of one container. */
function runContainer(wishes: Partial<Container>, terminationGracePeriodSeconds = 30): Promise<void> {
  return node.run({ spec: { containers: [aContainer(wishes)], terminationGracePeriodSeconds } });
}

async function mainStatus() {
  const [status] = (await node.pod()).status?.containerStatuses ?? [];
  return status;
}

function answer(code: number): () => string {
  return () => `HTTP/1.1 ${code} X\r\n\r\n`;
}

describe("deletion", () => {
  it("gives SIGTERM, and removes the pod once its containers have ended", async () => {
    await node.run();
    await node.remove();
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
    expect(node.runtime.sandboxes[0]?.isRemoved).toBe(true);
    expect(node.events.at(-1)).toBe("Killing: Stopping container main");
    expect(await node.exists()).toBe(false);
  });

  it("gives SIGKILL when the grace period is over", async () => {
    await node.run();
    node.runtime.container("main").isObedient = false;
    await node.remove({ gracePeriodSeconds: 5 });
    await node.clock.turn(4_999);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
    expect(await node.exists()).toBe(true);
    await node.clock.turn(1);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(await node.exists()).toBe(false);
  });

  it("can be hurried by a second deletion, and is not slowed down by other changes", async () => {
    await node.run();
    node.runtime.container("main").isObedient = false;
    await node.remove();
    await node.clock.turn(10_000);
    await node.remove({ gracePeriodSeconds: 2 });
    await node.clock.turn(2_000);
    expect(await node.exists()).toBe(false);
  });

  it("ends a pod at once that is forced out of the API", async () => {
    await node.run();
    node.runtime.container("main").isObedient = false;
    await node.remove({ gracePeriodSeconds: 0 });
    expect(await node.exists()).toBe(false);
    await node.clock.turn(1_000);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM", "SIGKILL"]);
    expect(node.runtime.sandboxes[0]?.isRemoved).toBe(true);
  });

  it("runs a namesake beside what is left of the pod before it", async () => {
    await node.run();
    node.runtime.container("main").isObedient = false;
    await node.remove({ gracePeriodSeconds: 0 });
    await node.run();
    expect(node.runtime.started).toEqual(["main", "main"]);
    await node.clock.turn(5_000);
    expect(conditionStatus(await node.pod(), "Ready")).toBe("True");
    expect(node.runtime.sandboxes.map(({ isRemoved }) => isRemoved)).toEqual([true, false]);
  });

  it("starts nothing any more: neither the next init container nor a restart", async () => {
    await node.run({ spec: { initContainers: [aContainer({ name: "init" })] } });
    await node.remove();
    await node.clock.turn(60_000);
    expect(node.runtime.started).toEqual(["init"]);
    expect(await node.exists()).toBe(false);
  });

  it("removes a pod that could not be prepared", async () => {
    await node.run({ spec: { volumes: [{ name: "v", secret: { secretName: "gone" } }] } });
    await node.remove();
    expect(await node.exists()).toBe(false);
    expect(node.runtime.sandboxes).toEqual([]);
  });

  it("ends sidecars after the others, the last one first", async () => {
    const sidecar = (name: string) => aContainer({ name, restartPolicy: "Always" });
    await node.run({ spec: { initContainers: [sidecar("a"), sidecar("b")] } });
    node.runtime.container("b").isObedient = false;
    await node.remove();
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
    expect(node.runtime.container("b").signals).toEqual(["SIGTERM"]);
    expect(node.runtime.container("a").signals).toEqual([]);
    node.runtime.container("b").ends(0);
    await node.clock.turn(0);
    expect(node.runtime.container("a").signals).toEqual(["SIGTERM"]);
    expect(await node.exists()).toBe(false);
  });
});

describe("lifecycle hooks", () => {
  it("runs preStop before SIGTERM", async () => {
    await runContainer({ lifecycle: { preStop: { exec: { command: ["drain"] } } } });
    await node.remove();
    expect(node.runtime.container("main").commands).toEqual(["drain"]);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
  });

  it("leaves two seconds for SIGTERM when preStop used up the grace period", async () => {
    node.runtime.command = () => undefined;
    await runContainer({ lifecycle: { preStop: { exec: { command: ["hang"] } } } }, 5);
    const container = node.runtime.container("main");
    container.isObedient = false;
    await node.remove();
    await node.clock.turn(4_999);
    expect(container.signals).toEqual([]);
    await node.clock.turn(1);
    expect(container.signals).toEqual(["SIGTERM"]);
    await node.clock.turn(2_000);
    expect(container.signals).toEqual(["SIGTERM", "SIGKILL"]);
  });

  it("sleeps, where preStop asks for it", async () => {
    await runContainer({ lifecycle: { preStop: { sleep: { seconds: 3 } } } });
    await node.remove();
    await node.clock.turn(2_999);
    expect(node.runtime.container("main").signals).toEqual([]);
    await node.clock.turn(1);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
  });

  it("ends a container whose postStart fails, and probes none before it is through", async () => {
    node.runtime.command = () => ({ exitCode: 1, stdout: "no" });
    await runContainer({ lifecycle: { postStart: { exec: { command: ["register"] } } } });
    expect(node.events).toContain("FailedPostStartHook: PostStartHook failed: no");
    expect(node.events).toContain("Killing: FailedPostStartHook");
    expect(node.runtime.containers[0]?.signals).toEqual(["SIGTERM"]);
    expect((await mainStatus())?.lastState?.terminated?.exitCode).toBe(143);
  });
});

describe("the end of a run", () => {
  it("does not wait for processes that hold the output open", async () => {
    await runContainer({});
    node.runtime.container("main").endsWithOpenOutput(1);
    await node.clock.turn(1_000);
    expect(await mainStatus()).toMatchObject({ restartCount: 1 });
  });
});

describe("probes", () => {
  const http: Probe = { httpGet: { path: "/", port: 80 }, periodSeconds: 5, failureThreshold: 2 };

  it("make a container ready only when its readiness probe succeeds, and unready when it fails", async () => {
    await runContainer({ readinessProbe: { ...http, initialDelaySeconds: 10 } });
    await node.clock.turn(9_999);
    expect(await mainStatus()).toMatchObject({ started: true, ready: false });
    node.runtime.listeners.set(80, answer(200));
    await node.clock.turn(1);
    expect(await mainStatus()).toMatchObject({ ready: true });
    node.runtime.listeners.set(80, answer(500));
    await node.clock.turn(5_000);
    expect(await mainStatus()).toMatchObject({ ready: true });
    expect(node.events.at(-1)).toBe(
      "Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 500",
    );
    await node.clock.turn(5_000);
    expect(await mainStatus()).toMatchObject({ ready: false, restartCount: 0 });
  });

  it("restart a container whose liveness probe fails, gently", async () => {
    node.runtime.listeners.set(80, answer(200));
    await runContainer({ livenessProbe: http }, 7);
    node.runtime.container("main").isObedient = false;
    node.runtime.listeners.delete(80);
    await node.clock.turn(10_000);
    expect(node.events).toContain("Killing: Container main failed liveness probe, will be restarted");
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
    node.runtime.listeners.set(80, answer(200));
    await node.clock.turn(7_000);
    expect(node.runtime.started).toHaveLength(2);
    expect(await mainStatus()).toMatchObject({ ready: true, restartCount: 1 });
  });

  it("wait for the startup probe before they begin", async () => {
    await runContainer({ startupProbe: { ...http, failureThreshold: 30 }, livenessProbe: http });
    await node.clock.turn(60_000);
    expect(await mainStatus()).toMatchObject({ started: false, ready: false, restartCount: 0 });
    expect(new Set(node.events.filter((event) => event.startsWith("Unhealthy")))).toEqual(
      new Set([
        'Unhealthy: Startup probe failed: Get "http://10.244.0.2:80/": dial tcp 10.244.0.2:80: connect: connection refused',
      ]),
    );
    node.runtime.listeners.set(80, answer(200));
    await node.clock.turn(5_000);
    expect(await mainStatus()).toMatchObject({ started: true, ready: true });
  });

  it("restart a container that does not start in time", async () => {
    await runContainer({ startupProbe: http });
    await node.clock.turn(5_000);
    expect(node.events).toContain("Killing: Container main failed startup probe, will be restarted");
    expect(await mainStatus()).toMatchObject({ restartCount: 1 });
  });

  it("run KubeRay's commands inside of the container", async () => {
    let isHealthy = false;
    node.runtime.command = () => ({ exitCode: isHealthy ? 0 : 1, stdout: "unhealthy" });
    await runContainer({ readinessProbe: { exec: { command: ["bash", "-c", "wget"] }, periodSeconds: 1 } });
    await node.clock.turn(1_000);
    expect(await mainStatus()).toMatchObject({ ready: false });
    isHealthy = true;
    await node.clock.turn(1_000);
    expect(await mainStatus()).toMatchObject({ ready: true });
    expect(node.runtime.container("main").commands[0]).toBe("bash -c wget");
  });

  it("that cannot be made change nothing, and say so", async () => {
    await runContainer({ livenessProbe: { grpc: { port: 1 } } });
    await node.clock.turn(60_000);
    expect(node.events).toContain(
      "Unhealthy: Liveness probe errored: gRPC probes are not supported by this kubelet",
    );
    expect(await mainStatus()).toMatchObject({ ready: true, restartCount: 0 });
  });

  it("end with the container that they ask about", async () => {
    await node.run({ spec: { restartPolicy: "Never", containers: [aContainer({ readinessProbe: http })] } });
    node.runtime.container("main").ends(0);
    await node.clock.turn(0);
    const before = node.events.length;
    await node.clock.turn(60_000);
    expect(node.events).toHaveLength(before);
  });
});

describe("readiness gates", () => {
  it("open when somebody else says so", async () => {
    await node.run({ spec: { readinessGates: [{ conditionType: "example.com/gate" }] } });
    expect(conditionStatus(await node.pod(), "Ready")).toBe("False");
    expect(conditionStatus(await node.pod(), "ContainersReady")).toBe("True");
    await node.setCondition({ type: "example.com/gate", status: "True" });
    expect(conditionStatus(await node.pod(), "Ready")).toBe("True");
    expect(conditionStatus(await node.pod(), "example.com/gate")).toBe("True");
  });
});

describe("paths of the machine", () => {
  it("hold up a pod until they are what it takes them for", async () => {
    node.runtime.missingPaths.add("/data");
    const volumes = [{ name: "v", hostPath: { path: "/data", type: "Directory" } }];
    await node.run({ spec: { volumes } });
    expect(node.events).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "v" : hostPath type check failed: /data is not a directory',
    );
    expect(node.runtime.containers).toHaveLength(0);
    node.runtime.missingPaths.clear();
    await node.clock.turn(1000);
    expect(node.runtime.containers).toHaveLength(1);
  });
});
