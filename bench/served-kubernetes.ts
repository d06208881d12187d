import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type ClientHttp2Session, connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parse } from "yaml";
import { LAUNCHER_FLAGS } from "./launcher-flags.ts";
import { cpuMsOf } from "./process-usage.ts";

const root = join(import.meta.dirname, "..");

/** A `heliostat kubernetes` in a process of its own, so that what it costs can be told from what we cost. */
export class ServedKubernetes {
  /** Where it is and who the administrator is: the path of a file. */
  readonly kubeconfigPath: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #session: ClientHttp2Session;

  /** @param preload a module that the server's process loads first */
  static async start(flags: readonly string[] = [], preload?: string): Promise<ServedKubernetes> {
    const folder = mkdtempSync(join(tmpdir(), "heliostat-bench-"));
    const args = ["bin/heliostat.js", "kubernetes", "--json", "--data-dir", join(folder, "state"), ...flags];
    const loaded = preload === undefined ? [] : ["--import", preload, ...LAUNCHER_FLAGS];
    const child = spawn(process.execPath, [...loaded, ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    if (!child.stdout) throw new Error("Cannot read from heliostat: it has no output");
    for await (const line of createInterface(child.stdout)) {
      const { event, kubeconfig } = JSON.parse(line);
      if (event === "ready") return new ServedKubernetes(child, folder, kubeconfig);
    }
    throw new Error("Cannot measure: heliostat ended before it was ready");
  }

  private constructor(child: ChildProcess, folder: string, kubeconfigPath: string) {
    this.kubeconfigPath = kubeconfigPath;
    this.#child = child;
    this.#folder = folder;
    this.#session = sessionOf(kubeconfigPath);
  }

  /** CPU time that the server has used so far, in milliseconds (in steps of ten). */
  get cpuMs(): number {
    return cpuMsOf(this.#child);
  }

  /** Ask the preloaded module. */
  async ask<T>(question: string): Promise<T> {
    const answer = new Promise<T>((resolve) => this.#child.once("message", resolve));
    this.#child.send(question);
    return answer;
  }

  /** One request; `onChunk` receives the body as it comes. */
  request(
    path: string,
    { body, onChunk }: { body?: unknown; onChunk?: (chunk: Buffer) => void } = {},
  ): Promise<number> {
    const stream = this.#session.request({
      ":path": path,
      ":method": body === undefined ? "GET" : "POST",
      ...(body !== undefined && { "content-type": "application/json" }),
    });
    stream.on("data", (chunk: Buffer) => onChunk?.(chunk));
    stream.end(body === undefined ? undefined : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      let status = 0;
      stream.on("response", (headers) => {
        status = Number(headers[":status"]);
      });
      stream.on("end", () => resolve(status)).on("error", reject);
    });
  }

  /** The body of an answer. */
  async text(path: string): Promise<string> {
    const chunks: Buffer[] = [];
    await this.request(path, { onChunk: (chunk) => chunks.push(chunk) });
    return Buffer.concat(chunks).toString("utf8");
  }

  async stop(): Promise<void> {
    this.#session.destroy();
    const exit = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await exit;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A pod of about 1.5 kB, as an operator would create it. */
export function benchPod(name: string): object {
  const env = Array.from({ length: 12 }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `value of ${name}`,
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: "bench", name } },
    spec: { containers: [{ name: "main", image: "busybox", command: ["sleep", "1000"], env }] },
  };
}

/** Do `work` for each number below `count`, `width` at a time. */
export async function inParallel(
  count: number,
  width: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        await work(index);
      }
    }),
  );
}

function sessionOf(kubeconfig: string): ClientHttp2Session {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8"));
  const { server, "certificate-authority-data": ca } = clusters[0].cluster;
  const { "client-certificate-data": cert, "client-key-data": key } = users[0].user;
  const decoded = (base64: string): Buffer => Buffer.from(base64, "base64");
  const session = connect(server, { ca: decoded(ca), cert: decoded(cert), key: decoded(key) });
  session.setMaxListeners(0);
  return session;
}
