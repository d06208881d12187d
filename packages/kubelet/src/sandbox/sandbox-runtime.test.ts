import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  ContainerSpec,
  ContainerUsage,
  PodSandbox,
  PodVolume,
  RunningContainer,
} from "../runtime/container-runtime.ts";
import { canSandbox } from "./can-sandbox.ts";
import { type SandboxRuntime, sandboxRuntime } from "./sandbox-runtime.ts";

const probe = await canSandbox();

describe.skipIf(!probe.isPossible)(`sandboxRuntime() ${probe.isPossible ? "" : probe.reason}`, () => {
  let folder: string;
  let runtime: SandboxRuntime;
  let pod: PodSandbox;
  const api = createServer((socket) => socket.end("the API\n"));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hs-"));
    const port = await new Promise<number>((resolve) => {
      api.listen(0, "127.0.0.1", () => resolve((api.address() as { port: number }).port));
    });
    const apiServer = { host: "127.0.0.1", port };
    // Stands for an installation that lies where pods have a folder of their own, such as below /tmp.
    const binFolder = dirname(process.execPath);
    const ray = { folder: dirname(binFolder), binFolder, version: "0" };
    runtime = await sandboxRuntime({ folder, images: { file: "images.yaml", ray }, apiServer });
    pod = await runtime.createSandbox({ name: "a", namespace: "test", uid: "uid-a", hostname: "pod-a" });
  });

  afterAll(async () => {
    await runtime.close();
    api.close();
    expect(readdirSync(folder)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("gives a pod its own name, address and process table", async () => {
    const ran = await run("hostname; hostname -i; echo $$; ls -d /proc/[0-9]* | wc -l");
    expect(ran.out.split("\n").slice(0, 3)).toEqual(["pod-a", pod.ip, "1"]);
    expect(Number(ran.out.split("\n")[3])).toBeLessThan(5);
  });

  it("keeps the two outputs apart and reports the exit code", async () => {
    expect(await run("echo out; echo err >/dev/stderr; exit 7")).toMatchObject({
      out: "out\n",
      err: "err\n",
      exit: { exitCode: 7 },
    });
  });

  it("keeps a container's PATH in a login shell too", async () => {
    const ran = await run("echo $PATH; bash -lc 'echo $PATH'; sh -lc 'echo $PATH'");
    const [path, ...inLogins] = ran.out.trim().split("\n");
    expect(inLogins).toEqual([path, path]);
  });

  it("lets a container write in its own places only", async () => {
    const ran = await run(
      "for f in /usr /etc /root /tmp /var/tmp /run ~; do touch $f/x 2>&- && echo $f; done",
    );
    expect(ran.out).toBe("/tmp\n/var/tmp\n/run\n/home/app\n");
  });

  it("mounts anything anywhere, and shares a pod's volumes among its containers", async () => {
    const disk: PodVolume = { type: "empty", name: "disk", medium: "" };
    const memory: PodVolume = { type: "empty", name: "memory", medium: "Memory", sizeLimitBytes: 65_536 };
    const content = Buffer.from("very secret");
    const secret: PodVolume = {
      type: "files",
      name: "s",
      files: [{ path: "in/token", content, mode: 0o400 }],
    };
    const mounts = [
      { mountPath: "/usr/share/deep/er", isReadOnly: false, volume: disk },
      { mountPath: "/dev/shm", isReadOnly: false, volume: memory },
      { mountPath: "/var/run/secrets/x", isReadOnly: true, volume: secret },
      { mountPath: "/usr/share/deep/er/one", subPath: "in/token", isReadOnly: true, volume: secret },
    ];
    const first = await run(
      "cat /var/run/secrets/x/in/token; stat -c %a /run/secrets/x/in/token; cat /usr/share/deep/er/one; ls /usr/share/man | wc -l; stat -f -c %b*%S /dev/shm; echo kept >/usr/share/deep/er/f; touch /var/run/secrets/x/f",
      { mounts },
    );
    expect(first.out).toMatch(/^very secret400\nvery secret[1-9]\d*\n16\*4096\n$/);
    expect(first.err).toContain("Read-only file system");
    const second = await run("cat /seen/f; touch /seen/g", {
      mounts: [{ mountPath: "/seen", isReadOnly: true, volume: disk }],
    });
    expect(second.out).toBe("kept\n");
    expect(second.err).toContain("Read-only file system");
  });

  it("shows new files to containers that run, but under a sub-path", async () => {
    const show = (texts: Readonly<Record<string, string>>) => ({
      type: "files" as const,
      name: "changing",
      files: Object.entries(texts).map(([path, content]) => ({
        path,
        content: Buffer.from(content),
        mode: 0o644,
      })),
    });
    const volume = show({ a: "old", "in/b": "old", gone: "old" });
    const container = await start("read -r; cat /v/a /v/in/b /one /sub/b; echo; ls /v", {
      keepsStdin: true,
      mounts: [
        { mountPath: "/v", isReadOnly: true, volume },
        { mountPath: "/one", subPath: "a", isReadOnly: true, volume },
        { mountPath: "/sub", subPath: "in", isReadOnly: true, volume },
      ],
    });
    await pod.updateFiles(show({ a: "new\n", "in/b": "newer\n", c: "" }));
    container.write(Buffer.from("\n"));
    expect((await finish(container)).out).toBe("new\nnewer\noldold\na\nc\nin\n");
  });

  it("shows host paths, and writes to them only when allowed", async () => {
    const volume: PodVolume = { type: "host", name: "h", path: folder };
    await run("echo 1 >/h/written; touch /r/refused", {
      mounts: [
        { mountPath: "/h", isReadOnly: false, volume },
        { mountPath: "/r", isReadOnly: true, volume },
      ],
    });
    expect(readFileSync(join(folder, "written"), "utf8")).toBe("1\n");
    await rm(join(folder, "written"));
  });

  it("tells running containers when hosts change", async () => {
    const container = await start(
      "until getent hosts late.svc; do sleep 0.05; done; getent hosts kubernetes",
    );
    runtime.setHosts([{ ip: "10.244.9.9", names: ["late.svc"] }]);
    expect((await finish(container)).out).toMatch(/10\.244\.9\.9\s+late\.svc/);
  });

  it("ends what a container leaves behind with its first process", async () => {
    const container = await start("sleep 1000 & echo started; wait");
    container.signal("SIGKILL");
    expect((await finish(container)).exit).toEqual({ exitCode: 137, signal: 9 });
  });

  it("hands SIGTERM to the first process", async () => {
    const container = await start("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
    await container.output[Symbol.asyncIterator]().next();
    container.signal("SIGTERM");
    expect((await container.exited).exitCode).toBe(5);
  });

  it("runs commands inside a container, with input, exit code and terminal", async () => {
    const container = await start("sleep 1000");
    const piped = await container.exec({ command: ["bash", "-c", "cat; pwd; exit 3"], stdin: true });
    piped.write(Buffer.from("typed\n"));
    piped.endInput();
    expect(await textOf(piped.stdout)).toBe("typed\n/\n");
    expect(await piped.exitCode).toBe(3);
    const shell = await container.exec({ command: ["bash", "--norc"], stdin: true, tty: true });
    shell.resize(77, 11);
    shell.write(Buffer.from("stty size </dev/tty; kill -TERM $$; exit 4\n"));
    expect(await textOf(shell.stdout)).toContain("11 77");
    expect(await shell.exitCode).toBe(4);
    container.signal("SIGKILL");
    await container.exited;
    await expect(container.exec({ command: ["true"] })).rejects.toMatchObject({ reason: "BadRequest" });
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

  it("gives a container a terminal and keeps its input open", async () => {
    const container = await start("read -r line; stty size; echo $TERM got $line; exit 6", {
      isTty: true,
      keepsStdin: true,
    });
    container.write(Buffer.from("typed\n"));
    const { out, exit } = await finish(container);
    expect(out).toContain("0 0\r\nxterm got typed\r\n");
    expect(exit).toEqual({ exitCode: 6 });
  });

  it("connects to a pod's ports, and says when nobody listens", async () => {
    await expect(pod.connect(81)).rejects.toMatchObject({ reason: "Unavailable" });
    const serve = "require('net').createServer(s => s.end('hello')).listen(81, () => console.log('up'))";
    const container = await startArgv([process.execPath, "-e", serve]);
    await container.output[Symbol.asyncIterator]().next();
    expect(await textOf((await pod.connect(81)).output)).toBe("hello");
    container.signal("SIGKILL");
    await container.exited;
  });

  it("connects to what a pod keeps to itself only for who forwards a port", async () => {
    const forwarded = { includesLoopback: true };
    await expect(pod.connect(82, forwarded)).rejects.toMatchObject({ reason: "Unavailable" });
    const serve = `require('net').createServer({ allowHalfOpen: true }, (socket) => {
      socket.write('hello ');
      socket.setEncoding('utf8').on('data', (text) => socket.write(text)).on('end', () => socket.end(' bye'));
    }).listen(82, '127.0.0.1', () => console.log('up'))`;
    const container = await startArgv([process.execPath, "-e", serve]);
    await container.output[Symbol.asyncIterator]().next();
    await expect(pod.connect(82)).rejects.toMatchObject({ reason: "Unavailable" });
    for (const name of ["first", "second"]) {
      const connection = await pod.connect(82, forwarded);
      connection.write(Buffer.from(name));
      connection.end();
      expect(await textOf(connection.output)).toBe(`hello ${name} bye`);
    }
    container.signal("SIGKILL");
    await container.exited;
  });

  it("leads pods to the API, and nowhere else without the proxy", async () => {
    expect((await run("cat </dev/tcp/10.244.0.1/443")).out).toBe("the API\n");
    const refused = await run("exec 3<>/dev/tcp/192.0.2.1/80");
    expect(refused.err).toMatch(/unreachable/i);
    const proxied = await run(
      'exec 3<>/dev/tcp/10.244.0.1/3128; printf "CONNECT localhost:1 HTTP/1.1\\r\\n\\r\\n" >&3; head -1 <&3',
    );
    expect(proxied.out).toMatch(/^HTTP\/1\.1 403 /);
  });

  it("starts a container whose PATH leads nowhere", async () => {
    const container = await startArgv(["/bin/bash", "-c", "echo $PATH"], { env: { PATH: "/no/where" } });
    expect((await finish(container)).out).toBe("/no/where:/run/heliostat/bin\n");
  });

  it("says why a container cannot start", async () => {
    await expect(startArgv(["no-such-program"])).rejects.toThrow(
      'no program "no-such-program" in /usr/local',
    );
    const nowhere = { type: "host", name: "n", path: "/no/such" } as const;
    const mounts = [{ mountPath: "/n", isReadOnly: false, volume: nowhere }];
    await expect(start("true", { mounts })).rejects.toThrow('Cannot mount "/no/such"');
  });

  async function usage(name: string): Promise<ContainerUsage | undefined> {
    const measured = await runtime.measure();
    return measured.find(({ podUid, container }) => podUid === "uid-a" && container === name);
  }

  async function run(script: string, extra?: Partial<ContainerSpec>) {
    return await finish(await start(script, extra));
  }

  function start(script: string, extra?: Partial<ContainerSpec>): Promise<RunningContainer> {
    return startArgv(["bash", "-c", script], extra);
  }

  function startArgv(command: readonly string[], extra?: Partial<ContainerSpec>): Promise<RunningContainer> {
    const image = runtime.resolveImage("busybox:1.28");
    const plain = { name: "c", restartCount: 0, image: "busybox:1.28", mounts: [], isTty: false };
    return pod.startContainer({
      ...{ ...plain, command, env: image?.env ?? {}, workingDir: "/", keepsStdin: false },
      ...extra,
    });
  }
});

async function finish(container: RunningContainer) {
  const said = { stdout: "", stderr: "" };
  for await (const { stream, bytes } of container.output) said[stream] += Buffer.from(bytes).toString();
  return { out: said.stdout, err: said.stderr, exit: await container.exited };
}

async function textOf(source: AsyncIterable<Uint8Array>): Promise<string> {
  return await text(source as AsyncIterable<Buffer>);
}
