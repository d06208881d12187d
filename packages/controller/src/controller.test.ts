import {
  CONFIG_MAPS,
  type ConfigMap,
  KubeError,
  type KubeReason,
  type Logger,
  SECRETS,
  type Secret,
} from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { ScriptedReader } from "@heliostat/watch-cache/testing";
import { describe, expect, it } from "vitest";
import { CacheSet } from "./caches/cache-set.ts";
import { Controller } from "./controller.ts";
import { FairShare } from "./fair-share.ts";
import {
  DONE,
  lookAgain,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
} from "./reconciler.ts";

describe("Controller", () => {
  it("looks at every object once to begin with, after all caches have synced", async () => {
    const bench = benchOf(async () => DONE);
    bench.configMaps.put(configMap("a"));
    bench.configMaps.put(configMap("b"));
    bench.secrets.refuse(new KubeError("Unavailable", "scripted"));
    bench.start();
    await settled();
    expect(bench.begun).toEqual([]);
    await bench.clock.turn(2000);
    expect(bench.begun).toEqual(["default/a", "default/b"]);
    await bench.stop();
  });

  it("keeps one reconcile per key at a time, and an event during a reconcile causes one more", async () => {
    const bench = benchOf(() => bench.held());
    bench.configMaps.put(configMap("a"));
    bench.start();
    await settled();
    for (let count = 0; count < 3; count++) bench.configMaps.put(configMap("a"));
    await settled();
    expect(bench.begun).toEqual(["default/a"]);
    bench.release();
    await settled();
    expect(bench.begun).toEqual(["default/a", "default/a"]);
    bench.release();
    await settled();
    expect(bench.begun).toHaveLength(2);
    await bench.stop();
  });

  it("runs as many keys side by side as it has workers", async () => {
    const bench = benchOf(() => bench.held());
    for (const name of ["a", "b", "c"]) bench.configMaps.put(configMap(name));
    bench.start();
    await settled();
    expect(bench.begun).toEqual(["default/a", "default/b"]);
    bench.release();
    await settled();
    expect(bench.begun).toEqual(["default/a", "default/b", "default/c"]);
    await bench.stop();
  });

  it("looks at the keys that a change of something watched concerns, before and after", async () => {
    const bench = benchOf(async () => DONE);
    bench.start();
    await settled();
    bench.secrets.put(secretOf("a"));
    await settled();
    bench.secrets.put(secretOf("b"));
    await settled();
    bench.secrets.drop("default/secret");
    await settled();
    expect(bench.begun).toEqual(["default/a", "default/a", "default/b", "default/b"]);
    await bench.stop();
  });

  it("looks again after the time that the reconciler asked for", async () => {
    const bench = benchOf(async () => lookAgain(2000));
    bench.configMaps.put(configMap("a"));
    bench.start();
    await bench.clock.turn(1999);
    expect(bench.begun).toHaveLength(1);
    await bench.clock.turn(1);
    expect(bench.begun).toHaveLength(2);
    await bench.stop();
  });

  it("does nothing more about a key that is done or waits for a change", async () => {
    const bench = benchOf(async () => ({ ended: "waiting", waitingFor: "the head to be ready" }));
    bench.configMaps.put(configMap("a"));
    bench.start();
    await bench.clock.turn(3_600_000);
    expect(bench.begun).toHaveLength(1);
    await bench.stop();
  });

  it.each<[KubeReason, number, string]>([
    ["Conflict", 100, "debug"],
    ["AlreadyExists", 100, "debug"],
    ["NotFound", 100, "debug"],
    ["Unavailable", 1000, "info"],
    ["Timeout", 1000, "info"],
    ["Forbidden", 30_000, "error"],
    ["Invalid", 30_000, "error"],
  ])("after %s looks again within %i ms and says so at level %s", async (reason, withinMs, level) => {
    const bench = benchOf(() => Promise.reject(new KubeError(reason, "scripted")));
    bench.configMaps.put(configMap("a"));
    bench.start();
    await bench.clock.turn(0);
    expect(bench.logged.map(([at]) => at)).toEqual([level]);
    await bench.clock.turn(withinMs);
    expect(bench.begun.length).toBeGreaterThan(1);
    await bench.stop();
  });

  it("waits as long as the server asks", async () => {
    const error = new KubeError("TooManyRequests", "scripted", { retryAfterSeconds: 20 });
    const bench = benchOf(() => Promise.reject(error));
    bench.configMaps.put(configMap("a"));
    bench.start();
    await bench.clock.turn(19_999);
    expect(bench.begun).toHaveLength(1);
    await bench.clock.turn(1);
    expect(bench.begun).toHaveLength(2);
    await bench.stop();
  });

  it("survives a bug: logs the error, waits longer each time, and begins anew after a success", async () => {
    let isBroken = true;
    const bench = benchOf(async () => {
      if (isBroken) throw new Error("scripted bug");
      return DONE;
    });
    bench.configMaps.put(configMap("a"));
    bench.start();
    await bench.clock.turn(60_000);
    const attempts = bench.begun.length;
    expect(attempts).toBeGreaterThan(4);
    expect(attempts).toBeLessThan(10);
    expect(bench.logged[0]?.[0]).toBe("error");
    isBroken = false;
    await bench.clock.turn(300_000);
    expect(bench.begun).toHaveLength(attempts + 1);
    await bench.stop();
  });

  it("asks the reconciler whether a change of its own resource matters", async () => {
    const bench = benchOf(async () => DONE, {
      isRelevant: ({ after }) => after?.data?.["matters"] === "yes",
    });
    bench.configMaps.put(configMap("a"));
    bench.configMaps.put(configMap("b", { matters: "yes" }));
    bench.start();
    await settled();
    expect(bench.begun).toEqual(["default/b"]);
    await bench.stop();
  });

  it("follows further resources as soon as they are wanted, and lets go of them", async () => {
    const wanted = { resource: SECRETS, toKeys: () => ["secret seen"] };
    const bench = benchOf(async () => DONE, {
      watches: [{ resource: CONFIG_MAPS, toKeys: () => [] }],
      furtherWatches: (caches) => (caches.of(CONFIG_MAPS).get("default/want") ? [wanted] : []),
    });
    bench.secrets.put(secretOf("a"));
    bench.start();
    await settled();
    expect(bench.secrets.openStreams).toBe(0);
    bench.configMaps.put(configMap("want"));
    await settled();
    expect(bench.begun).toContain("secret seen");
    bench.configMaps.drop("default/want");
    await settled();
    expect(bench.secrets.openStreams).toBe(0);
    await bench.stop();
  });

  it("waits to begin with for further resources as well", async () => {
    const bench = benchOf(async () => DONE, {
      watches: [],
      furtherWatches: () => [{ resource: SECRETS, toKeys: () => ["secret seen"] }],
    });
    bench.configMaps.put(configMap("a"));
    bench.secrets.refuse(new KubeError("Unavailable", "scripted"));
    bench.start();
    await settled();
    expect(bench.begun).toEqual([]);
    await bench.clock.turn(2000);
    expect(bench.begun).toEqual(["default/a"]);
    await bench.stop();
  });

  it("stops only when the reconciles that run have ended, and begins no other", async () => {
    const bench = benchOf(() => bench.held());
    for (const name of ["a", "b", "c"]) bench.configMaps.put(configMap(name));
    const controller = bench.start();
    await settled();
    let hasStopped = false;
    void controller.stopped.then(() => {
      hasStopped = true;
    });
    bench.abort();
    await settled();
    expect(hasStopped).toBe(false);
    bench.release();
    bench.release();
    await settled();
    expect(hasStopped).toBe(true);
    expect(bench.begun).toHaveLength(2);
    expect(bench.clock.nextInMs).toBeUndefined();
  });
});

interface Bench {
  readonly clock: HandClock;
  readonly configMaps: ScriptedReader;
  readonly secrets: ScriptedReader;
  readonly begun: string[];
  readonly logged: [level: string, message: string][];
  start(): Controller<ConfigMap>;
  /** A reconcile that ends when it is released. */
  held(): Promise<ReconcileResult>;
  release(): void;
  abort(): void;
  stop(): Promise<void>;
}

/** A controller of config maps that watches secrets, with two workers. */
function benchOf(
  reconcile: () => Promise<ReconcileResult>,
  parts: Partial<Reconciler<ConfigMap>> = {},
): Bench {
  const clock = new HandClock();
  const abort = new AbortController();
  const [configMaps, secrets] = [new ScriptedReader(), new ScriptedReader()];
  const begun: string[] = [];
  const logged: [string, string][] = [];
  const holds: (() => void)[] = [];
  const logger: Logger = {
    debug: (message) => logged.push(["debug", message]),
    info: (message) => logged.push(["info", message]),
    error: (message) => logged.push(["error", message]),
  };
  const reader = {
    get: () => Promise.reject(new Error("Unexpected get")),
    list: ((resource, options) =>
      readerOf(resource.plural).list(resource, options)) as ScriptedReader["list"],
    watch: ((resource, options) =>
      readerOf(resource.plural).watch(resource, options)) as ScriptedReader["watch"],
  };
  function readerOf(plural: string): ScriptedReader {
    return plural === "secrets" ? secrets : configMaps;
  }
  const basics = { clock, random: new SeededRandom(), signal: abort.signal };
  const caches = new CacheSet(reader, { ...basics, logger: { ...logger, info: () => undefined } });
  const reconciler: Reconciler<ConfigMap> = {
    name: "test-controller",
    resource: CONFIG_MAPS,
    watches: [{ resource: SECRETS, toKeys: (secret) => [`default/${secret.metadata.labels?.["for"]}`] }],
    ...parts,
    reconcile(key) {
      begun.push(key);
      return reconcile();
    },
  };
  const context = { ...basics, caches, logger, client: {}, events: {} } as unknown as ReconcileContext;
  let controller: Controller<ConfigMap> | undefined;
  return {
    clock,
    configMaps,
    secrets,
    begun,
    logged,
    start() {
      controller = new Controller(reconciler, { caches, context, share: new FairShare(), workers: 2 });
      return controller;
    },
    held: () => new Promise((resolve) => holds.push(() => resolve(DONE))),
    release: () => holds.shift()?.(),
    abort: () => abort.abort(),
    async stop() {
      abort.abort();
      for (const release of holds) release();
      await controller?.stopped;
    },
  };
}

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", uid: name }, data };
}

function secretOf(configMapName: string): Secret {
  const metadata = { name: "secret", namespace: "default", uid: "secret", labels: { for: configMapName } };
  return { apiVersion: "v1", kind: "Secret", metadata };
}
