import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PODS } from "@heliostat/kube";
import { canSandbox } from "@heliostat/kubelet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type PortForward, startPortForward } from "./port-forward.ts";
import { type ProgramResult, type RunOptions, runProgram } from "./program.ts";
import { type RealCluster, startRealCluster } from "./real-cluster.ts";

const probe = await canSandbox();
const obstacle = probe.isPossible ? "" : probe.reason;

/** 1.29 speaks SPDY alone, 1.32 and 1.35 WebSocket. */
describe.skipIf(!probe.isPossible).each(["kubectl-1.29", "kubectl-1.32", "kubectl-1.35"] as const)(
  `%s with real pods ${obstacle}`,
  (version) => {
    let cluster: RealCluster;
    let kubectlPath: string;
    let folder: string;

    beforeAll(async () => {
      kubectlPath = fetchTools()[version];
      cluster = await startRealCluster();
      folder = mkdtempSync(join(tmpdir(), "heliostat-streams-"));
      await cluster.runScript("shell", "echo ready; sleep 1000");
      await cluster.reached("shell", "Running");
    });
    afterAll(async () => {
      await cluster?.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    const env = () => ({ HOME: cluster.home, KUBECONFIG: cluster.kubeconfigPath });

    function run(args: readonly string[], options: Partial<RunOptions> = {}): Promise<ProgramResult> {
      return runProgram(kubectlPath, args, { ...options, env: env() });
    }

    /** Run a script inside the pod `shell`. */
    function exec(script: string, options: Partial<RunOptions> = {}): Promise<ProgramResult> {
      const input = options.input === undefined ? [] : ["-i"];
      return run(["exec", ...input, "shell", "--", "bash", "-c", script], options);
    }

    describe("exec", () => {
      it("keeps the two outputs and the exit code", async () => {
        const { code, stdout, stderr } = await exec("echo out; echo err >&2; exit 42");
        expect({ code, stdout }).toEqual({ code: 42, stdout: "out\n" });
        expect(stderr).toBe("err\ncommand terminated with exit code 42\n");
      });

      it("carries megabytes both ways, byte for byte", async () => {
        const input = randomBytes(3_000_000);
        const { code, bytes } = await exec("cat", { input });
        expect(code).toBe(0);
        expect(bytes.equals(input)).toBe(true);
      });

      it("tells a command that its input has ended", async () => {
        expect(await exec("wc -c; echo after", { input: "12345" })).toMatchObject({
          code: 0,
          stdout: "5\nafter\n",
        });
      });

      it("gives a terminal, with its size", async () => {
        // The size travels beside the input, and may come after it.
        const inside = "until [[ $(stty size) == 33\\ 77 ]]; do sleep 0.05; done; read x; echo got-$x";
        const outside = `stty rows 33 cols 77; "${kubectlPath}" exec -it shell -- bash -c '${inside}'`;
        const { stdout } = await runProgram("script", ["-qec", outside, "/dev/null"], {
          env: env(),
          input: "word\n",
          keepsInputOpen: true,
        });
        expect(stdout).toContain("got-word\r\n");
      });

      it("says what does not run", async () => {
        expect(await run(["exec", "shell", "--", "no-such-program"])).toMatchObject({
          code: expect.toSatisfy((code) => code !== 0),
          stderr: expect.stringContaining("no-such-program"),
        });
        expect((await run(["exec", "shell", "-c", "nope", "--", "true"])).stderr).toContain(
          "container nope is not valid for pod shell",
        );
      });
    });

    it("leaves HTTP in the way of its version", async () => {
      const { stderr } = await run(["exec", "-v=8", "shell", "--", "true"]);
      const forward = await startPortForward(kubectlPath, ["-v=8", "pod/shell", ":1"], env());
      const said = `${stderr}${forward.complaints()}`;
      await forward.stop();
      const ways = [/Upgrade: websocket/, /SPDY\/3\.1\+portforward\.k8s\.io/];
      for (const way of ways) expect(way.test(said)).toBe(version !== "kubectl-1.29");
      expect(/Upgrade: SPDY\/3\.1\b/.test(said)).toBe(version === "kubectl-1.29");
    });

    it("cp brings files to a pod and back", async () => {
      const content = randomBytes(700_000);
      writeFileSync(join(folder, "there"), content);
      expect(await run(["cp", join(folder, "there"), "shell:/tmp/there"])).toMatchObject({ code: 0 });
      expect(await exec("wc -c < /tmp/there")).toMatchObject({ stdout: "700000\n" });
      expect(await run(["cp", "shell:/tmp/there", join(folder, "back")])).toMatchObject({ code: 0 });
      expect(readFileSync(join(folder, "back")).equals(content)).toBe(true);
    });

    describe("port-forward", () => {
      let forward: PortForward;
      const content = randomBytes(300_000);

      beforeAll(async () => {
        await cluster.runScript("server", `exec python3 -c '${SERVER}'`);
        await cluster.reached("server", "Running");
        const script = ["exec", "-i", "server", "--", "bash", "-c", "cat > /tmp/content"];
        await run(script, { input: content });
        while (!(await listens("server", 8000))) await sleep(50);
        forward = await startPortForward(kubectlPath, ["pod/server", ":8000"], env());
      });
      afterAll(() => forward?.stop());

      /** The probe of a TCP port, from inside. */
      async function listens(pod: string, port: number): Promise<boolean> {
        const script = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
        return (await run(["exec", pod, "--", "bash", "-c", script])).code === 0;
      }

      /** Send, end that direction, and read to the end. */
      async function ask(request: string | Uint8Array): Promise<Buffer> {
        const socket = connect({ host: "127.0.0.1", port: forward.localPort, allowHalfOpen: true });
        socket.end(request);
        const chunks: Buffer[] = [];
        for await (const chunk of socket) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      }

      it("carries a large answer, byte for byte", async () => {
        expect((await ask("get\n")).equals(content)).toBe(true);
      });

      it("ends one direction and keeps the other", async () => {
        const sent = randomBytes(300_000);
        const answer = await ask(Buffer.concat([Buffer.from("echo\n"), sent]));
        expect(answer.equals(sent)).toBe(true);
      });

      it("carries many connections at once", async () => {
        const answers = await Promise.all(Array.from({ length: 20 }, () => ask("get\n")));
        expect(answers.every((answer) => answer.equals(content))).toBe(true);
        expect(forward.complaints()).toBe("");
      });

      it("lets one connection stand while others move", async () => {
        const idle = connect({ host: "127.0.0.1", port: forward.localPort });
        await once(idle, "connect");
        expect((await ask("get\n")).length).toBe(content.length);
        idle.destroy();
      });

      it("says in Kubernetes' words what it cannot reach", async () => {
        const nowhere = await startPortForward(kubectlPath, ["pod/server", ":9"], env());
        const socket = connect(nowhere.localPort, "127.0.0.1")
          .on("error", () => undefined)
          .resume();
        await once(socket, "close");
        await expect
          .poll(() => nowhere.complaints(), { timeout: 10_000 })
          .toMatch(/error forwarding port 9 to pod server, uid \S+: .*ECONNREFUSED/);
        await nowhere.stop();
      });
    });

    describe("attach", () => {
      it("run -i --rm gives a command its input and takes its pod away", async () => {
        const overrides = JSON.stringify({ spec: { nodeName: "laptop" } });
        const flags = [
          "--image=busybox",
          "--restart=Never",
          `--overrides=${overrides}`,
          "--quiet",
          "--command",
        ];
        const command = ["--", "bash", "-c", "cat; echo over >&2"];
        const ran = await run(["run", "-i", "--rm", "once", ...flags, ...command], { input: "a line\n" });
        expect(ran.code).toBe(0);
        expect(ran.stdout).toContain("a line\n");
        await expect(cluster.client.get(PODS, { name: "once", namespace: "default" })).rejects.toThrow(
          "not found",
        );
      });

      it("run -it --rm gives a terminal, and the exit code of what ran", async () => {
        const overrides = '{\\"spec\\":{\\"nodeName\\":\\"laptop\\"}}';
        const flags = `--image=busybox --restart=Never --overrides="${overrides}" --command`;
        const command = `"${kubectlPath}" run -it --rm typed ${flags} -- bash -c 'read x; echo got-$x; exit 5'`;
        const { code, stdout } = await runProgram("script", ["-qec", command, "/dev/null"], {
          env: env(),
          input: "word\n",
          keepsInputOpen: true,
        });
        expect(code).toBe(5);
        expect(stdout).toContain("got-word\r\n");
      });

      it("joins what runs, from now on, and leaves it running", async () => {
        const script = "echo before; while read line; do echo got $line; done";
        await cluster.runScript("reader", script, { stdin: true });
        await cluster.reached("reader", "Running");
        await expect.poll(async () => (await run(["logs", "reader"])).stdout).toBe("before\n");
        const attach = (input: string) =>
          run(["attach", "-i", "reader"], {
            input,
            keepsInputOpen: true,
            until: (out) => out.includes("got"),
          });
        expect((await attach("one\n")).stdout).toBe("got one\n");
        expect((await attach("two\n")).stdout).toBe("got two\n");
        expect((await run(["logs", "reader"])).stdout).toBe("before\ngot one\ngot two\n");
      });
    });

    describe("logs", () => {
      beforeAll(async () => {
        const script = "for i in 1 2 3 4 5; do echo line $i; done; sleep 3; echo late; exit 1";
        await cluster.client.create(PODS, {
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: "talker", namespace: "default" },
          spec: {
            nodeName: "laptop",
            terminationGracePeriodSeconds: 0,
            containers: [
              { name: "main", image: "busybox", command: ["bash", "-c", script] },
              { name: "side", image: "busybox", command: ["bash", "-c", "echo beside; sleep 1000"] },
            ],
          },
        });
      });

      const logs = async (...args: string[]) => (await run(["logs", "talker", ...args])).stdout;

      it("take the first container by default, or the one that is asked for, or all", async () => {
        await expect.poll(() => logs(), { timeout: 10_000 }).toContain("line 5\n");
        expect((await run(["logs", "talker"])).stderr).toContain(
          'Defaulted container "main" out of: main, side',
        );
        expect(await logs("-c", "side")).toBe("beside\n");
        expect(await logs("--all-containers", "--prefix")).toContain("[pod/talker/side] beside\n");
        const both = await run(["get", "--raw", "/api/v1/namespaces/default/pods/talker/log"]);
        expect(both.stderr).toContain(
          "a container name must be specified for pod talker, choose one of: [main side]",
        );
      });

      it("are cut to the last lines, to bytes and to a time", async () => {
        expect(await logs("--tail=2", "-c", "side")).toBe("beside\n");
        expect(await logs("--limit-bytes=3", "-c", "side")).toBe("bes");
        expect(await logs("--timestamps", "-c", "side")).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z beside\n$/);
        expect(await logs("--since-time=2026-01-01T00:00:00Z", "-c", "side")).toBe("beside\n");
        expect(await logs("--since-time=2999-01-01T00:00:00Z", "-c", "side")).toBe("");
        await sleep(2500);
        expect(await logs("--since=1s", "-c", "side")).toBe("");
      });

      it("show the run before this one", async () => {
        expect((await run(["logs", "talker", "-c", "side", "--previous"])).stderr).toContain(
          'previous terminated container "side" in pod "talker" not found',
        );
        await expect.poll(() => logs("-c", "main", "--previous"), { timeout: 10_000 }).toContain("late\n");
      });
    });
  },
);

/** A TCP server that sends a file to who says `get`, and to who says `echo` what he sends, once he has ended. */
const SERVER = `
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        verb = self.rfile.readline()
        if verb == b"get\\n":
            self.wfile.write(open("/tmp/content", "rb").read())
        elif verb == b"echo\\n":
            self.wfile.write(self.rfile.read())
class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 64
    daemon_threads = True
Server(("", 8000), Handler).serve_forever()
`;
