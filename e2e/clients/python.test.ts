import { join } from "node:path";
import { canSandbox } from "@heliostat/kubelet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchPythonClient } from "../tools/fetch-python.ts";
import { runProgram } from "./program.ts";
import { type RealCluster, startRealCluster } from "./real-cluster.ts";

const python = fetchPythonClient();
const probe = await canSandbox();
const obstacle = "reason" in python ? python.reason : probe.isPossible ? "" : probe.reason;

describe.skipIf(obstacle !== "")(`Python's kubernetes client ${obstacle}`, () => {
  let cluster: RealCluster;

  beforeAll(async () => {
    cluster = await startRealCluster();
    await cluster.runScript("shell", "sleep 1000");
    await cluster.runScript("server", `exec python3 -c '${SERVER}'`);
    await cluster.reached("shell", "Running");
    await cluster.reached("server", "Running");
  });
  afterAll(() => cluster?.remove());

  /** What one of the functions of `python-client.py` has seen. */
  async function outcome(step: string): Promise<unknown> {
    const path = "path" in python ? python.path : "";
    const script = join(import.meta.dirname, "python-client.py");
    const env = { HOME: cluster.home, KUBECONFIG: cluster.kubeconfigPath };
    const { code, stdout, stderr } = await runProgram(path, [script, step], { env });
    if (code !== 0) throw new Error(`${step} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout);
  }

  it("lists, patches, and hears why not", async () => {
    expect(await outcome("list_and_patch")).toEqual({
      data: [{ b: "2" }],
      missing: [404, 'configmaps "missing" not found'],
    });
  });

  it("watches", async () => {
    expect(await outcome("watch_events")).toEqual([
      ["ADDED", { a: "1" }],
      ["DELETED", { a: "1" }],
    ]);
  });

  it("runs commands with input, outputs and exit code", async () => {
    expect(await outcome("execute")).toEqual({
      out: "got a line\n",
      err: "err\n",
      code: 3,
      length: 300_000,
      all_x: true,
    });
  });

  it("forwards ports by channels", async () => {
    expect(await outcome("forward")).toEqual({
      length: 300_000,
      sum: 300_000 * 7,
      error: null,
      refused: expect.stringMatching(/^error forwarding port 9 to pod server, uid \S+: .*ECONNREFUSED/),
    });
  });
});

/** Sends 300,000 bytes to whoever asks. */
const SERVER = `
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.rfile.readline()
        self.wfile.write(bytes([7]) * 300000)
socketserver.ThreadingTCPServer(("", 8000), Handler).serve_forever()
`;
