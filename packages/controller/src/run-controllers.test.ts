import {
  CONFIG_MAPS,
  type ConfigMap,
  EVENTS,
  type KubeClient,
  type Logger,
  SECRETS,
  type Secret,
  SILENT,
  sleep,
} from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { beforeEach, describe, expect, it } from "vitest";
import { carryOut } from "./carry-out.ts";
import { create } from "./plan.ts";
import { labelled, lookAgain, type Reconciler, resultOf } from "./reconciler.ts";
import { type RunningControllers, runControllers } from "./run-controllers.ts";

const OWNER_LABEL = "example.com/owner";

describe("runControllers()", () => {
  const random = new SeededRandom();
  let clock: HandClock;
  let abort: AbortController;
  let kubernetes: EmbeddedKubernetes;
  let client: KubeClient;

  beforeEach(async () => {
    clock = new HandClock();
    abort = new AbortController();
    kubernetes = embeddedKubernetes({ clock, random });
    await kubernetes.start();
    client = kubernetes.client();
  });

  it("brings about what a plan says, says so in an event, and then rests", async () => {
    const running = run(secretMaker());
    await client.create(CONFIG_MAPS, configMap("demo"));
    await clock.turn(10_000);
    const [secret, ...others] = await secrets();
    expect(secret?.metadata.labels).toEqual({ [OWNER_LABEL]: "demo" });
    expect(others).toEqual([]);
    const events = await client.list(EVENTS, { namespace: "default" });
    expect(events.items.map(({ reason, reportingController }) => [reason, reportingController])).toEqual([
      ["CreatedSecret", "secret-maker"],
    ]);
    const { resourceVersion } = await client.list(CONFIG_MAPS);
    await clock.turn(3_600_000);
    expect((await client.list(CONFIG_MAPS)).resourceVersion).toBe(resourceVersion);
    await stop(running);
  });

  it("never creates twice, though the watch is far behind", async () => {
    const running = run(secretMaker(), lagging(client, clock, 20_000));
    await client.create(CONFIG_MAPS, configMap("demo"));
    await clock.turn(120_000);
    expect(await secrets()).toHaveLength(1);
    await stop(running);
  });

  it("makes good what somebody else undoes", async () => {
    const running = run(secretMaker());
    await client.create(CONFIG_MAPS, configMap("demo"));
    await clock.turn(1000);
    const [first] = await secrets();
    await client.delete(SECRETS, { namespace: "default", name: first?.metadata.name ?? "" });
    await clock.turn(1000);
    const [second] = await secrets();
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
    await stop(running);
  });

  it("tells a reconciler that reads what it does not watch", async () => {
    const errors: unknown[] = [];
    const logger: Logger = { ...SILENT, error: (_, fields) => errors.push(fields?.["error"]) };
    const running = run({ ...secretMaker(), watches: [] }, client, logger);
    await client.create(CONFIG_MAPS, configMap("demo"));
    await clock.turn(0);
    expect(String(errors[0])).toBe("Error: Cannot read secrets: no reconciler watches it");
    await stop(running);
  });

  it("leaves neither watch nor timer behind when it stops", async () => {
    const running = run({ ...secretMaker(), reconcile: async () => lookAgain(1000) });
    await client.create(CONFIG_MAPS, configMap("demo"));
    await clock.turn(500);
    await stop(running);
    expect(clock.nextInMs).toBeUndefined();
  });

  function run(reconciler: Reconciler<ConfigMap>, port = client, logger = SILENT): RunningControllers {
    return runControllers([reconciler], { client: port, clock, random, logger, signal: abort.signal });
  }

  async function stop({ stopped }: RunningControllers): Promise<void> {
    await kubernetes.close();
    abort.abort();
    await stopped;
  }

  async function secrets(): Promise<readonly Secret[]> {
    return (await client.list(SECRETS, { namespace: "default" })).items;
  }
});

/** Sees to it that each config map has one secret, under a name that is new each time. */
function secretMaker(): Reconciler<ConfigMap> {
  let count = 0;
  return {
    name: "secret-maker",
    resource: CONFIG_MAPS,
    watches: [labelled(SECRETS, OWNER_LABEL)],
    async reconcile(key, context) {
      const owner = context.caches.of(CONFIG_MAPS).get(key);
      const [, name = ""] = key.split("/");
      const secrets = context.caches.of(SECRETS).list();
      if (!owner || secrets.some(({ metadata }) => metadata.labels?.[OWNER_LABEL] === name))
        return lookAgain(1000);
      count += 1;
      const event = { onSuccess: "CreatedSecret", action: "Create" };
      const secret: Secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: `${name}-${count}`, namespace: "default", labels: { [OWNER_LABEL]: name } },
      };
      const plan = {
        actions: [create(SECRETS, secret, { why: "config map has no secret", event })],
        checkAgainAfterMs: 1000,
      };
      return resultOf(plan, await carryOut(plan, owner, context));
    },
  };
}

/** The same client, whose watches tell of secrets only after a while. */
function lagging(client: KubeClient, clock: HandClock, byMs: number): KubeClient {
  return {
    get: (resource, name) => client.get(resource, name),
    list: (resource, options) => client.list(resource, options),
    async *watch(resource, options) {
      for await (const event of client.watch(resource, options)) {
        if (resource.plural === "secrets") await sleep(clock, byMs, options?.signal);
        yield event;
      }
    },
    create: (resource, object, options) => client.create(resource, object, options),
    update: (resource, object, options) => client.update(resource, object, options),
    patch: (resource, name, options) => client.patch(resource, name, options),
    apply: (resource, object, options) => client.apply(resource, object, options),
    delete: (resource, name, options) => client.delete(resource, name, options),
  };
}

function configMap(name: string): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
}
