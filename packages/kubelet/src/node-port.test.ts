import { SERVICES } from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { aContainer } from "./testing/fixtures.ts";
import { ScriptedRuntime } from "./testing/scripted-runtime.ts";
import { type TestNode, testNode, textOf } from "./testing/test-node.ts";

const DEMO = { name: "demo", namespace: "default" };
const MAIN = { ...DEMO, container: "main" };

let node: TestNode<ScriptedRuntime>;

beforeEach(async () => {
  node = await testNode((clock) => new ScriptedRuntime(clock));
});

describe("logs", () => {
  it("are those of the latest run, or of the one before it", async () => {
    await node.run();
    node.runtime.container("main").writes("first run\n");
    node.runtime.container("main").ends(1);
    await node.clock.turn(0);
    node.runtime.container("main").writes("second run\n");
    await settled();
    expect(await textOf(await node.kubelet.port.logs(MAIN))).toBe("second run\n");
    expect(await textOf(await node.kubelet.port.logs(MAIN, { previous: true }))).toBe("first run\n");
  });

  it("stay while a container backs off", async () => {
    await node.run();
    for (const text of ["one", "two"]) {
      node.runtime.container("main").writes(`${text}\n`);
      node.runtime.container("main").ends(1);
      await node.clock.turn(0);
    }
    expect(await textOf(await node.kubelet.port.logs(MAIN))).toBe("two\n");
  });

  it("can be followed to the end of the run", async () => {
    await node.run();
    const all = textOf(await node.kubelet.port.logs(MAIN, { follow: true }));
    node.runtime.container("main").writes("a\n");
    await settled();
    node.runtime.container("main").writes("b\n");
    node.runtime.container("main").ends(0);
    expect(await all).toBe("a\nb\n");
  });

  it("end with the kubelet that kept them", async () => {
    await node.run({ spec: { restartPolicy: "Never" } });
    node.runtime.container("main").ends(0);
    await node.clock.turn(0);
    await node.kubelet.stop();
    const next = await node.restart(new ScriptedRuntime(node.clock));
    await expect(next.kubelet.port.logs(MAIN)).rejects.toThrow(
      "unable to retrieve container logs for sandbox://",
    );
    expect(next.runtime.started).toEqual([]);
  });

  it("are refused in Kubernetes' words", async () => {
    await node.run({ spec: { initContainers: [aContainer({ name: "init" })] } });
    const { port } = node.kubelet;
    await expect(port.logs(MAIN)).rejects.toMatchObject({
      reason: "BadRequest",
      message: 'container "main" in pod "demo" is waiting to start: PodInitializing',
    });
    await expect(port.logs({ ...DEMO, container: "init" }, { previous: true })).rejects.toThrow(
      'previous terminated container "init" in pod "demo" not found',
    );
    await expect(port.logs({ ...DEMO, container: "x" })).rejects.toThrow(
      "container x is not valid for pod demo",
    );
    await expect(port.logs({ ...MAIN, name: "gone" })).rejects.toMatchObject({
      reason: "NotFound",
      message: 'pods "gone" not found',
    });
  });
});

describe("exec and connect", () => {
  it("reach the pod", async () => {
    node.runtime.command = () => ({ exitCode: 3, stdout: "hi" });
    await node.run();
    const session = await node.kubelet.port.exec(MAIN, { command: ["sh"] });
    expect(await session.exitCode).toBe(3);
    expect(await textOf(session.stdout)).toBe("hi");
    node.runtime.listeners.set(80, () => "hello");
    const connection = await node.kubelet.port.connect(DEMO, 80);
    connection.write(new Uint8Array([1]));
    expect(await textOf(connection.output)).toBe("hello");
  });

  it("are refused when nothing runs", async () => {
    await node.run({ spec: { restartPolicy: "Never" } });
    await expect(node.kubelet.port.connect(DEMO, 81)).rejects.toMatchObject({ reason: "Unavailable" });
    node.runtime.container("main").ends(0);
    await node.clock.turn(0);
    await expect(node.kubelet.port.exec(MAIN, { command: ["sh"] })).rejects.toMatchObject({
      reason: "BadRequest",
      message: "cannot exec into a container in a completed pod; current phase is Succeeded",
    });
    await expect(node.kubelet.port.connect(DEMO, 80)).rejects.toMatchObject({ reason: "Unavailable" });
  });
});

describe("attach", () => {
  const withInput = (more: object = {}) => ({ spec: { containers: [aContainer({ stdin: true, ...more })] } });

  it("shows both outputs from now on, unfinished lines too, until the run ends", async () => {
    await node.run(withInput());
    const main = node.runtime.container("main");
    main.writes("before\n");
    await settled();
    const session = await node.kubelet.port.attach(MAIN);
    main.writes("password: ");
    main.writes("oh\n", "stderr");
    await settled();
    main.ends(0);
    expect(await Promise.all([textOf(session.stdout), textOf(session.stderr)])).toEqual([
      "password: ",
      "oh\n",
    ]);
    expect(await logText()).toBe("before\noh\npassword: ");
  });

  it("passes input on where the container takes any, and its end where that is the container's", async () => {
    await node.run(withInput());
    const main = node.runtime.container("main");
    const session = await node.kubelet.port.attach(MAIN, { stdin: true });
    session.write(Buffer.from("words"));
    session.resize(80, 24);
    session.endInput();
    expect(main.inputs).toEqual(["words", "80x24"]);
    (await node.kubelet.port.attach(MAIN)).write(Buffer.from("nothing"));
    expect(main.inputs).toHaveLength(2);
  });

  it("ends the input of a container that is there for one caller", async () => {
    await node.run(withInput({ stdinOnce: true }));
    (await node.kubelet.port.attach(MAIN, { stdin: true })).endInput();
    expect(node.runtime.container("main").inputs).toEqual(["the end"]);
  });

  it("has one output where there is a terminal", async () => {
    await node.run(withInput({ tty: true }));
    const session = await node.kubelet.port.attach(MAIN, { tty: true });
    node.runtime.container("main").writes("one ", "stdout");
    node.runtime.container("main").writes("two", "stderr");
    await settled();
    node.runtime.container("main").ends(0);
    expect(await textOf(session.stdout)).toBe("one two");
    expect(await textOf(session.stderr)).toBe("");
  });

  it("leaves the container running, and no longer waits for who has left", async () => {
    await node.run(withInput());
    const main = node.runtime.container("main");
    const leaving = new AbortController();
    const session = await node.kubelet.port.attach(MAIN, { signal: leaving.signal });
    main.writes("x".repeat(2_000_000));
    main.writes("y\n");
    await settled();
    expect(await logText()).not.toContain("y");
    leaving.abort();
    await settled();
    expect(await logText()).toContain("y\n");
    expect(await textOf(session.stdout)).toBe("");
    expect(main.signals).toEqual([]);
  });

  it("is refused when nothing runs", async () => {
    await node.run({ spec: { restartPolicy: "Never" } });
    node.runtime.container("main").ends(0);
    await node.clock.turn(0);
    await expect(node.kubelet.port.attach(MAIN)).rejects.toMatchObject({
      reason: "BadRequest",
      message: "cannot attach to a container in a completed pod; current phase is Succeeded",
    });
  });

  async function logText(): Promise<string> {
    return textOf(await node.kubelet.port.logs(MAIN));
  }
});

describe("names", () => {
  it("reach pods that run already when a service comes and goes", async () => {
    await node.run({ metadata: { labels: { app: "a" } } });
    const name = { name: "web", namespace: "default" };
    await node.client.create(SERVICES, {
      apiVersion: "v1",
      kind: "Service",
      metadata: name,
      spec: { selector: { app: "a" }, clusterIP: "None", ports: [{ port: 80 }] },
    });
    await node.clock.turn(0);
    expect(node.runtime.hosts).toContainEqual(
      expect.objectContaining({
        ip: "10.244.0.2",
        names: ["web.default.svc.cluster.local", "web.default.svc", "web.default", "web"],
      }),
    );
    await node.client.delete(SERVICES, name);
    await node.clock.turn(0);
    expect(node.runtime.hosts).toHaveLength(1);
  });
});
