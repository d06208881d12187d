import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  ContainerRuntime,
  ContainerSpec,
  ContainerUsage,
  PodSandbox,
  PodVolume,
  RunningContainer,
} from "../runtime/container-runtime.ts";
import { processRuntime } from "./process-runtime.ts";
import { processTable } from "./process-table.ts";

describe("processRuntime()", () => {
  let folder: string;
  let runtime: ContainerRuntime;
  let pod: PodSandbox;

  beforeAll(async () => {
    folder = await mkdtemp("/tmp/hp-");
    runtime = processRuntime({ folder, images: { file: "images.yaml" } });
    pod = await createPod("uid-a");
  });

  afterAll(async () => {
    await start("setsid sleep 987654 & sleep 987654");
    await runtime.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(sleepers("987654")).toBe(0);
    await rm(folder, { recursive: true });
  });

  it("keeps the two outputs apart and reports the exit code", async () => {
    expect(await run("echo out; echo err >/dev/stderr; exit 7")).toMatchObject({
      out: "out\n",
      err: "err\n",
      exit: { exitCode: 7 },
    });
  });

  it("gives a pod folders of its own to live in", async () => {
    const ran = await run("echo x >$HOME/f; echo y >$TMPDIR/f; pwd; echo $HOME");
    for (const line of ran.out.trim().split("\n")) expect(line.startsWith(folder)).toBe(true);
  });

  it("shows volumes below the working folder, shared in the pod, and says that they are elsewhere", async () => {
    const disk: PodVolume = { type: "empty", name: "disk", medium: "" };
    const content = Buffer.from("very secret");
    const secret: PodVolume = {
      type: "files",
      name: "s",
      files: [{ path: "in/token", content, mode: 0o400 }],
    };
    const mounts = [
      { mountPath: "/data", isReadOnly: false, volume: disk },
      { mountPath: "/var/run/secrets/x", isReadOnly: true, volume: secret },
    ];
    const first = await run("cat ./var/run/secrets/x/in/token; echo kept >data/f", { mounts });
    expect(first.out).toBe("very secret");
    expect(first.err).toMatch(/^heliostat: Volume "disk" is at \/tmp\/hp-\S+\/data, not at \/data/);
    const seen = [{ mountPath: "/seen", isReadOnly: false, volume: disk }];
    expect((await run("cat seen/f", { name: "d", mounts: seen })).out).toBe("kept\n");
    const outside = [{ mountPath: "/x", isReadOnly: false, subPath: "../..", volume: disk }];
    await expect(start("true", { mounts: outside })).rejects.toThrow("leads out of the volume");
  });

  it("shows new files to containers that run", async () => {
    const volume = (content: string) => ({
      type: "files" as const,
      name: "changing",
      files: [{ path: "a", content: Buffer.from(content), mode: 0o644 }],
    });
    const mounts = [
      { mountPath: "/changing", isReadOnly: true, volume: volume("old") },
      { mountPath: "/one", subPath: "a", isReadOnly: true, volume: volume("old") },
    ];
    const container = await start("read -r; cat changing/a one", { keepsStdin: true, mounts });
    await pod.updateFiles(volume("new"));
    await pod.updateFiles({ ...volume("nobody has it"), name: "other" });
    container.write(Buffer.from("\n"));
    expect((await finish(container)).out).toBe("newnew");
  });

  it("ends what a container leaves behind with its first process, sessions of their own included", async () => {
    const container = await start("setsid sleep 876543 & echo started; sleep 876543");
    await container.output[Symbol.asyncIterator]().next();
    container.signal("SIGKILL");
    expect((await finish(container)).exit).toEqual({ exitCode: 137, signal: 9 });
    expect(sleepers("876543")).toBe(0);
  });

  it("measures what containers use", async () => {
    const isIdle = await start("echo up; sleep 1000");
    const isBusy = await start("echo up; while :; do :; done", { name: "busy" });
    for (const container of [isIdle, isBusy]) await container.output[Symbol.asyncIterator]().next();
    await expect.poll(async () => (await usage("busy"))?.cpuMs).toBeGreaterThan(100);
    expect((await usage("busy"))?.memoryBytes).toBeGreaterThan(100_000);
    expect((await usage("c"))?.cpuMs).toBeLessThan(100);
    for (const container of [isIdle, isBusy]) {
      container.signal("SIGKILL");
      await container.exited;
    }
    expect(await usage("busy")).toBeUndefined();
  });

  it("hands SIGTERM to the first process, and lets ray stop do the same within the pod", async () => {
    const script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
    const container = await start(script);
    await container.output[Symbol.asyncIterator]().next();
    const stop = await container.exec({ command: ["ray", "stop"] });
    expect(await stop.exitCode).toBe(0);
    expect((await container.exited).exitCode).toBe(5);
  });

  it("runs commands beside a container, with its environment, input and exit code, without a terminal", async () => {
    const container = await start("sleep 1000");
    const session = await container.exec({
      command: ["bash", "-c", "cat; echo $GREETING; exit 3"],
      stdin: true,
    });
    session.write(Buffer.from("typed\n"));
    session.endInput();
    expect(await text(session.stdout as AsyncIterable<Buffer>)).toBe("typed\nhello\n");
    expect(await session.exitCode).toBe(3);
    await expect(container.exec({ command: ["bash"], tty: true })).rejects.toMatchObject({
      reason: "BadRequest",
    });
    container.signal("SIGKILL");
    await container.exited;
    await expect(container.exec({ command: ["true"] })).rejects.toMatchObject({ reason: "BadRequest" });
  });

  it("waits with a container until the service that it names has a pod which knows its ports", async () => {
    const head = await createPod("uid-head");
    const waiting = run("echo $ADDRESS", { env: { ADDRESS: "head.ns.svc:6379" } });
    runtime.setHosts([{ ip: "127.0.0.1", names: ["head.ns.svc"], podUid: "uid-head" }]);
    const ray = await start(`ray() { echo "$@"; sleep 1000; }; ray start --head`, {}, head);
    const said = await ray.output[Symbol.asyncIterator]().next();
    const port = /--port=(\d+)/.exec(Buffer.from(said.value?.bytes ?? []).toString())?.[1];
    expect((await waiting).out).toBe(`127.0.0.1:${port}\n`);
    await expect(head.connect(6379)).rejects.toMatchObject({ reason: "Unavailable" });
    await head.remove();
    expect((await ray.exited).exitCode).toBe(137);
  });

  it("says why a container cannot start", async () => {
    await expect(start("", { command: ["no-such-program"] })).rejects.toThrow('Cannot run "no-such-program"');
  });

  it("leaves nothing of a pod behind", async () => {
    const short = await createPod("uid-short");
    const ran = await run("pwd", {}, short);
    await short.remove();
    expect(existsSync(ran.out.trim())).toBe(false);
  });

  function createPod(uid: string): Promise<PodSandbox> {
    return runtime.createSandbox({ name: uid, namespace: "test", uid, hostname: uid });
  }

  async function usage(name: string): Promise<ContainerUsage | undefined> {
    const measured = await runtime.measure();
    return measured.find(({ podUid, container }) => podUid === "uid-a" && container === name);
  }

  async function run(script: string, extra: Partial<ContainerSpec> = {}, where = pod) {
    return await finish(await start(script, extra, where));
  }

  function start(script: string, extra: Partial<ContainerSpec> = {}, where = pod): Promise<RunningContainer> {
    return where.startContainer({
      ...{ name: "c", restartCount: 0, image: "busybox", mounts: [], isTty: false, keepsStdin: false },
      ...{ command: ["bash", "-c", script], workingDir: "/" },
      ...extra,
      env: { PATH: runtime.resolveImage("busybox")?.env["PATH"] ?? "", GREETING: "hello", ...extra.env },
    });
  }
});

function sleepers(seconds: string): number {
  const pids = processTable().map(({ pid }) => pid);
  return pids.filter((pid) => commandLine(pid).includes(`sleep\0${seconds}`)).length;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

async function finish(container: RunningContainer) {
  const said = { stdout: "", stderr: "" };
  for await (const { stream, bytes } of container.output) said[stream] += Buffer.from(bytes).toString();
  return { out: said.stdout, err: said.stderr, exit: await container.exited };
}
