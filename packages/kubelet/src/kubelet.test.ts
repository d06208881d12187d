import {
  CONFIG_MAPS,
  EVENTS,
  isConditionTrue,
  type Json,
  LEASES,
  NODES,
  type Pod,
  timestamp,
} from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import { aContainer } from "./testing/fixtures.ts";
import { ScriptedRuntime } from "./testing/scripted-runtime.ts";
import { conditionStatus, type TestNode, testNode, textOf } from "./testing/test-node.ts";

let node: TestNode<ScriptedRuntime>;

beforeEach(async () => {
  node = await testNode((clock) => new ScriptedRuntime(clock));
});

function stateOf(pod: Pod, index = 0) {
  return pod.status?.containerStatuses?.[index]?.state;
}

describe("the node", () => {
  it("is registered with a nominal capacity and says that nothing enforces it", async () => {
    const laptop = await node.client.get(NODES, { name: "laptop" });
    expect(laptop.metadata.labels).toMatchObject({ "kubernetes.io/hostname": "laptop" });
    expect(laptop.metadata.annotations?.["heliostat.dev/capacity"]).toContain(
      "nothing on this machine enforces it",
    );
    expect(laptop.spec?.podCIDR).toBe("10.244.0.0/24");
    expect(laptop.status).toMatchObject({
      capacity: { cpu: "64", memory: "256Gi", pods: "110" },
      allocatable: { cpu: "64" },
      addresses: [{ type: "InternalIP", address: "10.244.0.1" }, { type: "Hostname" }],
      nodeInfo: { architecture: "amd64", containerRuntimeVersion: "heliostat-sandbox://1" },
    });
  });

  it("renews its lease, and says on a clean stop that it takes no more pods", async () => {
    const name = { name: "laptop", namespace: "kube-node-lease" };
    const before = await node.client.get(LEASES, name);
    await node.clock.turn(10_000);
    const after = await node.client.get(LEASES, name);
    expect(after.spec?.renewTime).not.toBe(before.spec?.renewTime);
    expect(after.spec).toMatchObject({ holderIdentity: "laptop", leaseDurationSeconds: 40 });
    await node.kubelet.stop();
    const laptop = await node.client.get(NODES, { name: "laptop" });
    const ready = laptop.status?.conditions?.find(({ type }) => type === "Ready");
    expect(ready).toMatchObject({ status: "False", reason: "KubeletNotReady" });
    expect(node.runtime.isClosed).toBe(true);
  });
});

describe("what others say of a silent node", () => {
  it("is contradicted with the next heartbeat", async () => {
    const { conditions = [] } = (await node.client.get(NODES, { name: "laptop" })).status ?? {};
    const unknown = conditions.map((each) => ({ ...each, status: "Unknown", reason: "NodeStatusUnknown" }));
    const foreign = { type: "example.com/Cooled", status: "True" };
    const body = { status: { conditions: [...unknown, foreign] } } as unknown as Json;
    await node.client.patch(
      NODES,
      { name: "laptop" },
      { patch: { type: "merge", body }, subresource: "status" },
    );
    await node.clock.turn(10_000);
    const after = await node.client.get(NODES, { name: "laptop" });
    expect(after.status?.conditions?.map(({ type, status }) => `${type}=${status}`).sort()).toEqual([
      "DiskPressure=False",
      "MemoryPressure=False",
      "PIDPressure=False",
      "Ready=True",
      "example.com/Cooled=True",
    ]);
  });

  it("is contradicted for its pods as well", async () => {
    await node.run();
    await node.clock.turn(5_000);
    const lastTransitionTime = timestamp(node.clock.now());
    await node.setCondition({ type: "Ready", status: "False", lastTransitionTime });
    await node.clock.turn(1_000);
    expect(conditionStatus(await node.pod(), "Ready")).toBe("True");
  });
});

describe("a pod", () => {
  it("goes from creation to ready, and says so in events", async () => {
    await node.run();
    const pod = await node.pod();
    expect(pod.status).toMatchObject({
      phase: "Running",
      podIP: "10.244.0.2",
      hostIP: "10.244.0.1",
      containerStatuses: [
        {
          name: "main",
          ready: true,
          started: true,
          restartCount: 0,
          imageID: "id:demo:1",
          containerID: expect.stringMatching(/^sandbox:\/\/[0-9a-f]{32}$/),
        },
      ],
    });
    expect(conditionStatus(pod, "Ready")).toBe("True");
    expect(node.events).toEqual([
      'Pulled: Container image "demo:1" already present on machine: the host stands in for demo:1',
      "Created: Created container: main",
      "Started: Started container main",
    ]);
    expect([...node.eventPaths]).toEqual(["spec.containers{main}"]);
  });

  it("gets its environment, command and credentials", async () => {
    const env = [
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "URL", value: "http://$(POD_IP):$(KUBERNETES_SERVICE_PORT)" },
    ];
    await node.run({
      spec: { containers: [aContainer({ command: ["serve", "$(URL)"], args: ["$$(URL)"], env })] },
    });
    const { spec } = node.runtime.container("main");
    expect(spec.command).toEqual(["serve", "http://10.244.0.2:6443", "$(URL)"]);
    expect(spec.env).toMatchObject({ PATH: "/bin", HOSTNAME: "demo", KUBERNETES_SERVICE_HOST: "10.244.0.1" });
    const mount = spec.mounts.find(
      ({ mountPath }) => mountPath === "/var/run/secrets/kubernetes.io/serviceaccount",
    );
    const files = mount?.volume.type === "files" ? mount.volume.files : [];
    expect(files.map(({ path, content }) => `${path}=${Buffer.from(content)}`).sort()).toEqual([
      "ca.crt=PEM",
      "namespace=default",
      "token=token of default",
    ]);
    expect(node.tokenRequests).toMatchObject([
      { serviceAccount: { name: "default", namespace: "default" }, pod: { name: "demo" } },
    ]);
  });

  it("uses the image's entry point where it has no command", async () => {
    const { command: _, ...container } = aContainer({ args: ["--flag"] });
    await node.run({ spec: { containers: [container] } });
    expect(node.runtime.container("main").spec).toMatchObject({
      command: ["/entry", "--flag"],
      workingDir: "/home",
    });
  });

  it("starts init containers in order, and the others after them", async () => {
    const initContainers = [aContainer({ name: "first" }), aContainer({ name: "second" })];
    await node.run({ spec: { initContainers } });
    expect(node.runtime.started).toEqual(["first"]);
    expect(stateOf(await node.pod())).toEqual({ waiting: { reason: "PodInitializing" } });
    node.runtime.container("first").ends(0);
    await node.clock.turn(0);
    expect(node.runtime.started).toEqual(["first", "second"]);
    expect(conditionStatus(await node.pod(), "Initialized")).toBe("False");
    node.runtime.container("second").ends(0);
    await node.clock.turn(0);
    expect(node.runtime.started).toEqual(["first", "second", "main"]);
    const pod = await node.pod();
    expect(pod.status?.phase).toBe("Running");
    expect(pod.status?.initContainerStatuses).toMatchObject([
      { ready: true, state: { terminated: { exitCode: 0, reason: "Completed" } } },
      { ready: true },
    ]);
    expect([...node.eventPaths]).toContain("spec.initContainers{first}");
  });

  it("keeps a sidecar running beside the others, and ends it when they are done", async () => {
    const initContainers = [aContainer({ name: "proxy", restartPolicy: "Always" })];
    await node.run({ spec: { initContainers, restartPolicy: "Never" } });
    expect(node.runtime.started).toEqual(["proxy", "main"]);
    node.runtime.container("proxy").ends(1);
    await node.clock.turn(0);
    expect(node.runtime.started).toEqual(["proxy", "main", "proxy"]);
    node.runtime.container("main").ends(0);
    await node.clock.turn(0);
    expect(node.runtime.container("proxy").signals).toEqual(["SIGTERM"]);
    expect((await node.pod()).status?.phase).toBe("Succeeded");
    expect(node.runtime.sandboxes[0]?.isRemoved).toBe(true);
  });

  it("that may not restart fails with its container, and keeps its log", async () => {
    await node.run({ spec: { restartPolicy: "Never" } });
    node.runtime.container("main").writes("last words\n");
    node.runtime.container("main").ends(3);
    await node.clock.turn(0);
    const pod = await node.pod();
    expect(pod.status?.phase).toBe("Failed");
    expect(stateOf(pod)).toMatchObject({ terminated: { exitCode: 3, reason: "Error" } });
    expect(conditionStatus(pod, "Ready")).toBe("False");
    await node.clock.turn(600_000);
    expect(node.runtime.started).toEqual(["main"]);
    const log = await node.kubelet.port.logs({ name: "demo", namespace: "default", container: "main" });
    expect(await textOf(log)).toBe("last words\n");
  });

  it("restarts at once, then backs off as Kubernetes does", async () => {
    await node.run();
    node.runtime.container("main").ends(1);
    await node.clock.turn(0);
    expect(node.runtime.started).toHaveLength(2);
    node.runtime.container("main").ends(137, { isOutOfMemory: true });
    await node.clock.turn(9_999);
    const pod = await node.pod();
    expect(node.runtime.started).toHaveLength(2);
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: 1,
      state: { waiting: { reason: "CrashLoopBackOff" } },
      lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
    });
    expect(node.events.at(-1)).toBe(
      `BackOff: Back-off restarting failed container main in pod demo_default(${pod.metadata.uid})`,
    );
    await node.clock.turn(1);
    expect(node.runtime.started).toHaveLength(3);
    expect(node.runtime.container("main").spec.restartCount).toBe(2);
    expect((await node.pod()).status?.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 2 });
  });

  it("says why a container could not be started, and tries again", async () => {
    await node.run({ spec: { initContainers: [aContainer({ name: "init" })] } });
    node.runtime.nextFailure = new Error("exec: not found");
    node.runtime.container("init").ends(0);
    await node.clock.turn(0);
    expect(node.events).toContain("Failed: Error: exec: not found");
    const status = (await node.pod()).status?.containerStatuses?.[0];
    expect(status?.restartCount).toBe(1);
    expect(status?.lastState?.terminated).toMatchObject({ exitCode: 128, reason: "StartError" });
  });

  it("waits for an image that nothing stands in for, with a reason that a person understands", async () => {
    await node.run({ spec: { containers: [aContainer({ image: "unknown:1" })] } });
    expect(stateOf(await node.pod())).toEqual({
      waiting: {
        reason: "ImagePullBackOff",
        message: 'Back-off pulling image "unknown:1": nothing stands in for "unknown:1"',
      },
    });
    expect(node.events).toEqual([
      'Failed: Failed to pull image "unknown:1": nothing stands in for "unknown:1"',
      "Failed: Error: ErrImagePull",
      'BackOff: Back-off pulling image "unknown:1"',
      "Failed: Error: ImagePullBackOff",
    ]);
    const port = node.kubelet.port.logs({ name: "demo", namespace: "default", container: "main" });
    await expect(port).rejects.toThrow(
      'container "main" in pod "demo" is waiting to start: trying and failing to pull image',
    );
  });

  it("waits for a config map that its environment needs, and starts once it is there", async () => {
    const envFrom = [{ configMapRef: { name: "settings" } }];
    await node.run({ spec: { containers: [aContainer({ envFrom })] } });
    expect(stateOf(await node.pod())).toEqual({
      waiting: { reason: "CreateContainerConfigError", message: 'configmap "settings" not found' },
    });
    await createConfigMap(node, "settings");
    await node.clock.turn(10_000);
    expect(node.runtime.started).toEqual(["main"]);
  });

  it("waits for a config map that a volume shows, without a sandbox", async () => {
    await node.run({ spec: { volumes: [{ name: "v", configMap: { name: "settings" } }] } });
    expect(node.events).toEqual([
      'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "settings" not found',
    ]);
    expect(node.runtime.sandboxes).toEqual([]);
    await createConfigMap(node, "settings");
    await node.clock.turn(500);
    expect(node.runtime.started).toEqual(["main"]);
  });

  it("ends with the last of its log as a message, where it asks for that", async () => {
    const container = aContainer({ terminationMessagePolicy: "FallbackToLogsOnError" });
    await node.run({ spec: { restartPolicy: "Never", containers: [container] } });
    node.runtime.container("main").writes("Traceback\n");
    node.runtime.container("main").ends(1);
    await node.clock.turn(0);
    expect(stateOf(await node.pod())?.terminated?.message).toBe("Traceback\n");
  });

  it("is failed when it was active for too long", async () => {
    await node.run({ spec: { activeDeadlineSeconds: 60 } });
    await node.clock.turn(60_000);
    expect(node.runtime.container("main").signals).toEqual(["SIGTERM"]);
    expect((await node.pod()).status).toMatchObject({ phase: "Failed", reason: "DeadlineExceeded" });
  });

  it("is started again by the next kubelet, as after a reboot", async () => {
    await node.run();
    await node.kubelet.stop();
    expect((await node.pod()).status?.phase).toBe("Running");
    const next = await node.restart(new ScriptedRuntime(node.clock));
    const laptop = await node.client.get(NODES, { name: "laptop" });
    expect(isConditionTrue(laptop.status?.conditions, "Ready")).toBe(true);
    expect(next.runtime.container("main").spec.restartCount).toBe(1);
    expect((await next.pod()).status?.containerStatuses?.[0]).toMatchObject({ ready: true, restartCount: 1 });
  });
});

describe("events", () => {
  it("tell in the API which container they are about", async () => {
    const writing = await testNode((clock) => new ScriptedRuntime(clock), { writesEvents: true });
    await writing.run({ spec: { containers: [aContainer({ name: "a" }), aContainer({ name: "b" })] } });
    const { items } = await writing.client.list(EVENTS, { namespace: "default" });
    const started = items.filter(({ reason }) => reason === "Started");
    expect(started.map(({ regarding, note }) => `${regarding?.fieldPath} ${note}`).sort()).toEqual([
      "spec.containers{a} Started container a",
      "spec.containers{b} Started container b",
    ]);
    expect(started[0]).toMatchObject({
      type: "Normal",
      reportingController: "kubelet",
      reportingInstance: "laptop",
    });
  });
});

async function createConfigMap({ client }: TestNode<ScriptedRuntime>, name: string): Promise<void> {
  await client.create(CONFIG_MAPS, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default" },
    data: { KEY: "value" },
  });
}
