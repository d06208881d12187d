import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { type Benchmark, type Figure, median } from "./figure.ts";
import type { ServerReport } from "./scaler/server.ts";

const ROUNDS = 15;
const REQUESTS = 4000;
const WARM_UP = 4000;
const AT_ONCE = 16;

/** What it costs to answer one GET of a cluster: routed, authenticated, authorised, limited and counted. */
export const scaler: Benchmark = {
  name: "scaler",
  about: "CPU of one GET through the scaler, against bare node:http that sends the same bytes",
  run,
};

/** A server in a process of its own, so that its CPU is nobody else's. */
interface Server {
  readonly child: ChildProcess;
  readonly agent: Agent;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

async function run(): Promise<readonly Figure[]> {
  const service = await started("scaler");
  const bare = await started("bare");
  try {
    await assertSameBytes(service, bare);
    await load(service, WARM_UP);
    await load(bare, WARM_UP);
    const ratios: number[] = [];
    const costs: number[] = [];
    // Turn by turn: what else the machine does falls on both.
    for (let round = 0; round < ROUNDS; round++) {
      const first = await costUs(bare);
      const cost = await costUs(service);
      const second = await costUs(bare);
      costs.push(cost);
      ratios.push(cost / ((first + second) / 2));
    }
    return [
      {
        name: "GET a cluster",
        value: median(costs),
        unit: "us CPU",
        anchor: "one whoami call over the network",
      },
      {
        name: "GET a cluster, against bare node:http",
        value: median(ratios),
        unit: "x CPU",
        goal: 2.5,
        anchor: "1: the same bytes, from a constant",
      },
    ];
  } finally {
    for (const { agent, child } of [service, bare]) {
      agent.destroy();
      child.kill();
    }
  }
}

async function started(mode: "scaler" | "bare"): Promise<Server> {
  const child = fork(join(import.meta.dirname, "scaler/server.ts"), [mode], {
    execArgv: ["--conditions=@heliostat/source"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const { url, path, headers } = await report(child);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  return { child, agent, url: `${url}${path}`, headers };
}

async function report(child: ChildProcess): Promise<ServerReport> {
  const [message] = (await once(child, "message")) as [ServerReport];
  return message;
}

async function costUs(server: Server): Promise<number> {
  const before = await cpuUs(server);
  await load(server, REQUESTS);
  return ((await cpuUs(server)) - before) / REQUESTS;
}

async function cpuUs({ child }: Server): Promise<number> {
  child.send("cpu");
  return (await report(child)).cpuUs;
}

async function load(server: Server, requests: number): Promise<void> {
  let left = requests;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await bytesOf(server);
    }),
  );
}

/** One GET. @returns the length of its body */
async function bytesOf({ url, agent, headers }: Server): Promise<number> {
  const [response] = (await once(get(url, { agent, headers }), "response")) as [IncomingMessage];
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  if (response.statusCode !== 200) throw new Error(`Cannot measure: ${url} answers ${response.statusCode}`);
  return bytes;
}

async function assertSameBytes(left: Server, right: Server): Promise<void> {
  if ((await bytesOf(left)) !== (await bytesOf(right)))
    throw new Error("Cannot compare: the two do not send the same bytes");
}
