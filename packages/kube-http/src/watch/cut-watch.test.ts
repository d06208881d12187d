import { type Clock, CONFIG_MAPS, type Json, type KubeClient, KubeError } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { startInformer } from "@heliostat/watch-cache";
import { describe, expect, it } from "vitest";
import { type ApiCaller, HttpKubeClient } from "../http-kube-client.ts";
import { kubeHttp } from "../kube-http.ts";
import { answerJson, fakeServer } from "../testing/fake-server.ts";
import { EMPTY_LIST, recordedWatch } from "../testing/recorded-watch.ts";

const RECORDED = recordedWatch(200, new SeededRandom(3));
const LENGTH = RECORDED.after(EMPTY_LIST.metadata.resourceVersion).length;

describe("a watch that is cut", () => {
  it("after every event, at any byte of the next, leaves a cache that equals the list", {
    timeout: 60_000,
  }, async () => {
    for (let offset = 0; offset <= LONGEST; offset += 1) {
      const { cuts, caller } = cuttingCaller((events) => firstLineAnd(offset, events));
      expect((await followed(new HttpKubeClient(caller))).objects).toEqual(RECORDED.remaining);
      expect(cuts()).toBe(199);
    }
  });

  it("once, anywhere, leaves a cache that equals the list", { timeout: 60_000 }, async () => {
    for (let cut = 0; cut <= LENGTH; cut += 37) {
      const { caller } = cuttingCaller((events, before) => (before === 0 ? cut : events.length));
      expect((await followed(new HttpKubeClient(caller))).objects).toEqual(RECORDED.remaining);
    }
  });

  it("on a real connection, leaves a cache that equals the list", { timeout: 60_000 }, async () => {
    let cut = 0;
    let isCut = false;
    const server = await fakeServer(({ url }, response) => {
      const query = new URL(url, "http://x").searchParams;
      if (!query.has("watch")) return answerJson(response, 200, EMPTY_LIST);
      const events = RECORDED.after(query.get("resourceVersion") ?? "");
      response.writeHead(200, { "content-type": "application/json" });
      if (isCut) {
        response.write(events);
        return;
      }
      isCut = true;
      response.write(events.subarray(0, cut), () => (cut % 2 === 0 ? response.end() : response.destroy()));
    });
    const http = kubeHttp(server.access(), { userAgent: "test" });
    for (cut = 0; cut <= LENGTH; cut += 211) {
      isCut = false;
      const { objects } = await followed(http.client);
      expect(objects).toEqual(RECORDED.remaining);
    }
    await http.close();
    await server.close();
  });
});

const LONGEST = Math.max(
  ...RECORDED.after(EMPTY_LIST.metadata.resourceVersion)
    .toString()
    .split("\n")
    .map((line) => Buffer.byteLength(line)),
);

/** Time passes at once. */
const HURRIED: Clock = {
  now: () => 0,
  after(_delayMs, run) {
    const timer = setImmediate(run);
    return { cancel: () => clearImmediate(timer) };
  },
};

/** What a cache holds once it has seen everything. */
async function followed(client: KubeClient): Promise<{ revision: string; objects: unknown }> {
  const abort = new AbortController();
  const random = new SeededRandom();
  const informer = startInformer(client, CONFIG_MAPS, { clock: HURRIED, random, signal: abort.signal });
  const deadline = Date.now() + 5000;
  while (informer.revision !== RECORDED.lastRevision && Date.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const objects = [...informer.list()].sort((one, other) =>
    one.metadata.name < other.metadata.name ? -1 : 1,
  );
  abort.abort();
  await informer.stopped;
  return { revision: informer.revision, objects };
}

/** Each watch ends where `cutAt` says, every other by an error; the one that would end at the end stays open. */
function cuttingCaller(cutAt: (events: Buffer, cutsBefore: number) => number): {
  readonly caller: ApiCaller;
  cuts(): number;
} {
  let cuts = 0;
  const caller: ApiCaller = {
    call: async () => EMPTY_LIST as unknown as Json,
    async stream({ path, signal }) {
      const events = RECORDED.after(new URL(path, "http://x").searchParams.get("resourceVersion") ?? "");
      const cut = cutAt(events, cuts);
      if (cut >= events.length) return openStream(events, signal);
      cuts += 1;
      return cutStream(events.subarray(0, cut), cuts % 2 === 1);
    },
  };
  return { caller, cuts: () => cuts };
}

/** The first line, and so many bytes of the second. */
function firstLineAnd(offset: number, events: Buffer): number {
  const first = events.indexOf("\n") + 1;
  const second = events.indexOf("\n", first) + 1;
  return second === 0 ? first : Math.min(first + offset, second - 1);
}

async function* cutStream(events: Buffer, isBroken: boolean): AsyncGenerator<Uint8Array> {
  const middle = Math.floor(events.length / 2);
  yield events.subarray(0, middle);
  yield events.subarray(middle);
  if (isBroken) throw new KubeError("Unavailable", "other side closed");
}

async function* openStream(events: Buffer, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  yield events;
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}
