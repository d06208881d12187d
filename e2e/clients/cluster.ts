import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ExecOptions,
  type ExecSession,
  type KubeClient,
  KubeError,
  type NodePort,
  PODS,
} from "@heliostat/kube";
import {
  type AuthorizationMode,
  embeddedKubernetes,
  loadServerIdentity,
  serveKubernetes,
} from "@heliostat/kube-embedded";
import { systemClock, systemRandom } from "../../packages/cli/src/system/clock.ts";

/** The embedded API behind its real server, with pods that are made up. */
export interface Cluster {
  readonly client: KubeClient;
  readonly kubeconfigPath: string;
  readonly url: string;
  /** An empty home for the clients: their caches outlive a server. */
  readonly home: string;
  /** Let a pod of namespace `default`, which has a node, run. */
  runPod(name: string): Promise<void>;
  remove(): Promise<void>;
}

/** @param authorization as `heliostat up --authorization` */
export async function startCluster(authorization: AuthorizationMode = "allow"): Promise<Cluster> {
  const home = mkdtempSync(join(tmpdir(), "heliostat-clients-"));
  const [clock, random] = [systemClock, systemRandom];
  const identity = loadServerIdentity(join(home, "data"), clock);
  const { tokens, tokenReader } = identity;
  const kubernetes = embeddedKubernetes({ clock, random, tokens, tokenReader, authorization });
  await kubernetes.start();
  const { api, registry, authorizer } = kubernetes;
  const server = await serveKubernetes({ api, registry, authorizer, node: NODE, clock, identity });
  const client = kubernetes.client("e2e");
  return {
    client,
    home,
    kubeconfigPath: server.kubeconfigPath,
    url: server.url,
    runPod: (name) => runPod(client, name),
    async remove() {
      await server.close();
      await kubernetes.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** What a kubelet would report. */
async function runPod(client: KubeClient, name: string): Promise<void> {
  const where = { name, namespace: "default" };
  const pod = await client.get(PODS, where);
  const containerStatuses = (pod.spec?.containers ?? []).map((container) => ({
    name: container.name,
    image: container.image ?? "",
    imageID: "",
    ready: true,
    restartCount: 0,
    state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
  }));
  const conditions = [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }];
  const status = { phase: "Running", podIP: "10.244.0.2", conditions, containerStatuses };
  await client.patch(PODS, where, { subresource: "status", patch: { type: "merge", body: { status } } });
}

/** Each log is ten lines, `follow` adds one a moment later; the only commands are `exit N`, `cat` and `fail`. */
const NODE: NodePort = {
  async logs(_container, { tailLines = 10, follow = false, signal } = {}) {
    return logLines(tailLines, follow, signal);
  },
  async exec(_container, options) {
    return execSession(options);
  },
  attach: () => Promise.reject(new KubeError("BadRequest", "Cannot attach: this pod is made up")),
  connect: (_pod, port) =>
    Promise.reject(new KubeError("Unavailable", `Cannot connect to port ${port}: this pod is made up`)),
};

async function* logLines(tail: number, follow: boolean, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let line = 10 - tail + 1; line <= 10; line += 1) yield Buffer.from(`line ${line}\n`);
  for (let line = 11; follow && !signal?.aborted; line += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    yield Buffer.from(`line ${line}\n`);
  }
}

function execSession({ command, stdin }: ExecOptions): ExecSession {
  const [program, argument] = command;
  if (program === "fail") throw new KubeError("Internal", "the container has no such program");
  const input: Uint8Array[] = [];
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (program !== "cat" || !stdin) end();
  async function* stdout(): AsyncGenerator<Uint8Array> {
    await ended;
    yield program === "cat" ? Buffer.concat(input) : Buffer.from("out\n");
  }
  async function* stderr(): AsyncGenerator<Uint8Array> {
    if (program === "exit") yield Buffer.from("err\n");
  }
  return {
    stdout: stdout(),
    stderr: stderr(),
    exitCode: ended.then(() => (program === "exit" ? Number(argument) : 0)),
    write: (chunk) => void input.push(chunk),
    endInput: end,
    resize: () => undefined,
    kill: end,
  };
}
