import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { create, toBinary } from "@bufbuild/protobuf";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { GetComputeTemplateRequestSchema } from "@heliostat/proto";
import { BENCH_TOKEN, type ChildWord, CLUSTERS } from "./apiserver-words.ts";
import { type Benchmark, type Figure, median } from "./figure.ts";

/** V8 compiles the same program a little otherwise each time it starts, so more than one of each kind is asked. */
const STARTS = 3;
const WARM_UP_ROUNDS = 4;
const ROUNDS = 7;
const LISTS = 200;
const CALLS = 6_000;
const IN_FLIGHT = 16;

/** What the API server costs beside a server that does nothing but send: CPU time, both sides in turns. */
export const apiserver: Benchmark = {
  name: "apiserver",
  about: "a list of 1,000 clusters beside node:http, and a template over gRPC beside grpc-js",
  run,
};

async function run(): Promise<readonly Figure[]> {
  const listed: Ratios[] = [];
  const called: Ratios[] = [];
  for (let start = 0; start < STARTS; start++) {
    const ours = await Child.start("api");
    const http = await Child.start("http", ours.word.http ?? "");
    const grpc = await Child.start("grpc");
    try {
      listed.push(await ratios(ours, http, ({ http: url = "" }) => lists(url)));
      called.push(await ratios(ours, grpc, ({ grpc: address = "" }) => calls(address)));
    } finally {
      for (const child of [ours, http, grpc]) child.stop();
    }
  }
  const of = (all: readonly Ratios[], part: keyof Ratios): number => median(all.map((each) => each[part]));
  return [
    {
      name: `list of ${CLUSTERS} clusters / the same bytes from node:http`,
      value: of(listed, "ratio"),
      unit: "x CPU",
      goal: 2.5,
      anchor: `node:http ${(of(listed, "theirs") / LISTS).toPrecision(3)} ms CPU a list, ours ${(of(listed, "ours") / LISTS).toPrecision(3)}`,
    },
    {
      name: "GetComputeTemplate / bare grpc-js, same codec",
      value: of(called, "ratio"),
      unit: "x CPU",
      goal: 1.3,
      anchor: `grpc-js ${((1000 * of(called, "theirs")) / CALLS).toPrecision(3)} us CPU a call, ours ${((1000 * of(called, "ours")) / CALLS).toPrecision(3)}`,
    },
    {
      name: "Kubernetes reads of all of these",
      value: [...listed, ...called].reduce((sum, { reads }) => sum + reads, 0),
      unit: "reads",
      goal: 0,
      anchor: "KubeRay's server: 3 a cluster and list",
    },
  ];
}

/** Medians of the rounds. */
interface Ratios {
  readonly ratio: number;
  readonly ours: number;
  readonly theirs: number;
  readonly reads: number;
}

/** The same work against both, in turns; the first turns warm up and do not count. */
async function ratios(ours: Child, theirs: Child, work: (word: ChildWord) => Promise<void>): Promise<Ratios> {
  const rounds: { readonly ours: number; readonly theirs: number }[] = [];
  const { reads: before } = await ours.ask();
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    rounds.push({ ours: await cpuOf(ours, work), theirs: await cpuOf(theirs, work) });
  }
  const counted = rounds.slice(WARM_UP_ROUNDS);
  const { reads: after } = await ours.ask();
  return {
    ratio: median(counted.map((each) => each.ours / each.theirs)),
    ours: median(counted.map((each) => each.ours)),
    theirs: median(counted.map((each) => each.theirs)),
    reads: after - before,
  };
}

async function cpuOf(child: Child, work: (word: ChildWord) => Promise<void>): Promise<number> {
  const { cpuMs: before } = await child.ask();
  await work(child.word);
  return (await child.ask()).cpuMs - before;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

async function lists(url: string): Promise<void> {
  for (let index = 0; index < LISTS; index++) {
    const bytes = await new Promise<number>((resolve, reject) => {
      get(url, { agent, headers: { authorization: `Bearer ${BENCH_TOKEN}` } }, (answer) => {
        let length = 0;
        answer.on("data", (chunk: Buffer) => {
          length += chunk.length;
        });
        answer.on("end", () => resolve(length));
      }).on("error", reject);
    });
    if (bytes < CLUSTERS * 100) throw new Error(`Cannot measure: a list of ${bytes} bytes`);
  }
}

async function calls(address: string): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  const request = toBinary(
    GetComputeTemplateRequestSchema,
    create(GetComputeTemplateRequestSchema, { name: "small", namespace: "default" }),
  );
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${BENCH_TOKEN}`);
  const numbers = Array.from({ length: CALLS }, (_, index) => index).values();
  const call = (): Promise<void> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        "/proto.ComputeTemplateService/GetComputeTemplate",
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes) => bytes,
        request,
        metadata,
        (error) => (error ? reject(error) : resolve()),
      );
    });
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const _ of numbers) await call();
    }),
  );
  client.close();
}

class Child {
  readonly word: ChildWord;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, word: ChildWord) {
    this.#process = process;
    this.word = word;
  }

  static async start(...args: readonly string[]): Promise<Child> {
    const process = fork(join(import.meta.dirname, "apiserver-child.ts"), args, {
      execArgv: ["--conditions=@heliostat/source"],
    });
    const [word] = (await once(process, "message")) as [ChildWord];
    return new Child(process, word);
  }

  async ask(): Promise<ChildWord> {
    const answer = once(this.#process, "message");
    this.#process.send("cpu");
    return ((await answer) as [ChildWord])[0];
  }

  stop(): void {
    this.#process.kill();
  }
}
