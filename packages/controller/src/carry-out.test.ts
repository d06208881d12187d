import {
  CONFIG_MAPS,
  type ConfigMap,
  type KubeClient,
  KubeError,
  type KubeObject,
  type Resource,
  SECRETS,
  SERVICES,
  SILENT,
} from "@heliostat/kube";
import { settled } from "@heliostat/kube/testing";
import { describe, expect, it } from "vitest";
import { type CarryOutContext, carryOut } from "./carry-out.ts";
import type { EventWords } from "./events/event-recorder.ts";
import { type Action, create, patch, remove } from "./plan.ts";

const OWNER = configMap("owner");
const WHY = { why: "test wants it" };

describe("carryOut()", () => {
  it("deletes before it creates, whatever the plan's order", async () => {
    const { calls, context } = bench();
    const actions = [create(CONFIG_MAPS, configMap("new"), WHY), remove(CONFIG_MAPS, configMap("old"), WHY)];
    const outcome = await carryOut({ actions }, OWNER, context);
    expect(calls).toEqual(["delete configmaps old", "create configmaps new"]);
    expect(outcome).toEqual({ done: [actions[1], actions[0]] });
  });

  it("creates neighbours of one resource side by side, within the bound, and the next resource afterwards", async () => {
    const { calls, context, release } = bench({ isHeld: true, maxInFlight: 2 });
    const work = carryOut({ actions: [...creations(SECRETS, 3), ...creations(SERVICES, 1)] }, OWNER, context);
    await settled();
    expect(calls).toEqual(["create secrets 0", "create secrets 1"]);
    release();
    await settled();
    expect(calls.slice(2)).toEqual(["create secrets 2"]);
    release();
    release();
    await settled();
    expect(calls.slice(3)).toEqual(["create services 0"]);
    release();
    expect((await work).done).toHaveLength(4);
  });

  it("begins nothing after a failure, and tells which action failed", async () => {
    const error = new KubeError("Forbidden", "quota exceeded");
    const { calls, context } = bench({ refuse: { "create secrets 1": error }, maxInFlight: 1 });
    const actions = [...creations(SECRETS, 3), ...creations(SERVICES, 1)];
    const outcome = await carryOut({ actions }, OWNER, context);
    expect(calls).toEqual(["create secrets 0", "create secrets 1"]);
    expect(outcome).toEqual({ done: [actions[0]], failed: { action: actions[1], error } });
  });

  it.each(["NotFound", "Conflict"] as const)("takes %s on a deletion for done", async (reason) => {
    const refuse = { "delete configmaps old": new KubeError(reason, "scripted") };
    const { context } = bench({ refuse });
    const outcome = await carryOut({ actions: [remove(CONFIG_MAPS, configMap("old"), WHY)] }, OWNER, context);
    expect(outcome.failed).toBeUndefined();
  });

  it("deletes only the very object that was seen", async () => {
    const { options, context } = bench();
    const old = { ...configMap("old"), metadata: { ...configMap("old").metadata, uid: "seen" } };
    const gentle = { options: { gracePeriodSeconds: 0 }, ...WHY };
    await carryOut({ actions: [remove(CONFIG_MAPS, old, gentle)] }, OWNER, context);
    expect(options).toEqual([{ gracePeriodSeconds: 0, preconditions: { uid: "seen" } }]);
  });

  it("makes an event of the reason of each action that has words for it", async () => {
    const { events, context } = bench({ refuse: { "create secrets x": new KubeError("Forbidden", "no") } });
    const event = { onSuccess: "Made", onFailure: "FailedToMake", action: "Create" };
    const why = { why: "cluster has no head" };
    const actions = [
      create(CONFIG_MAPS, configMap("a"), { ...why, event }),
      create<KubeObject>(SERVICES, configMap("quiet"), why),
      create<KubeObject>(SECRETS, configMap("x"), { ...why, event }),
    ];
    await carryOut({ actions }, OWNER, context);
    expect(events).toEqual([
      {
        type: "Normal",
        reason: "Made",
        action: "Create",
        note: "Created ConfigMap default/a: cluster has no head",
      },
      {
        type: "Warning",
        reason: "FailedToMake",
        action: "Create",
        note: "Cannot create Secret default/x: no",
      },
    ]);
  });

  it("tells of all that share their words in one event, with their number", async () => {
    const { events, context } = bench();
    const event = { onSuccess: "Made", action: "Create" };
    const actions = [1, 2, 3].map((index) => create(CONFIG_MAPS, configMap(`c${index}`), { ...WHY, event }));
    await carryOut({ actions }, OWNER, context);
    expect(events).toEqual([
      {
        type: "Normal",
        reason: "Made",
        action: "Create",
        count: 3,
        note: "Created 3 configmaps (default/c1, default/c2, default/c3): test wants it",
      },
    ]);
  });

  it("carries out the neighbours of one step side by side, whatever they do", async () => {
    const { calls, context, release } = bench({ isHeld: true });
    const actions = [...creations(SECRETS, 1), ...creations(SERVICES, 1)].map((each) => ({
      ...each,
      step: "pods",
    }));
    const work = carryOut({ actions }, OWNER, context);
    await settled();
    expect(calls).toEqual(["create secrets 0", "create services 0"]);
    release();
    release();
    expect((await work).done).toHaveLength(2);
  });

  it("takes one that is there already for done where the plan says that it will do", async () => {
    const refuse = { "create configmaps a": new KubeError("AlreadyExists", "scripted") };
    const { context } = bench({ refuse });
    const action = create(CONFIG_MAPS, configMap("a"), { ...WHY, mayExist: true });
    expect((await carryOut({ actions: [action] }, OWNER, context)).failed).toBeUndefined();
  });

  it("makes no event of a failure that only says to look again", async () => {
    const refuse = { "create configmaps a": new KubeError("AlreadyExists", "scripted") };
    const { events, context } = bench({ refuse });
    const event = { onFailure: "FailedToMake", action: "Create" };
    const outcome = await carryOut(
      { actions: [create(CONFIG_MAPS, configMap("a"), { ...WHY, event })] },
      OWNER,
      context,
    );
    expect(outcome.failed?.error.message).toBe("scripted");
    expect(events).toEqual([]);
  });

  it("patches what it was told to patch", async () => {
    const { options, context } = bench();
    const body = { metadata: { labels: { a: "b" } } };
    const action = patch(CONFIG_MAPS, OWNER, { patch: { type: "merge", body }, ...WHY });
    await carryOut({ actions: [action] }, OWNER, context);
    expect(options).toEqual([{ patch: { type: "merge", body } }]);
  });

  it("finishes what was begun and begins nothing more when the signal aborts", async () => {
    const { calls, context, release, abort } = bench({ isHeld: true, maxInFlight: 1 });
    const work = carryOut({ actions: creations(SECRETS, 2) }, OWNER, context);
    await settled();
    abort();
    release();
    await expect(work).rejects.toThrow("aborted");
    expect(calls).toEqual(["create secrets 0"]);
  });
});

interface Script {
  /** What to answer instead of doing: `create secrets x`. */
  readonly refuse?: Readonly<Record<string, KubeError>>;
  /** Whether every call waits until it is released. */
  readonly isHeld?: boolean;
  readonly maxInFlight?: number;
}

function bench({ refuse = {}, isHeld = false, maxInFlight = 32 }: Script = {}): {
  calls: string[];
  options: unknown[];
  events: EventWords[];
  context: CarryOutContext;
  release: () => void;
  abort: () => void;
} {
  const calls: string[] = [];
  const options: unknown[] = [];
  const events: EventWords[] = [];
  const holds: (() => void)[] = [];
  const abort = new AbortController();
  async function answer(call: string, given: unknown): Promise<void> {
    calls.push(call);
    options.push(given);
    if (isHeld) await new Promise<void>((resolve) => holds.push(resolve));
    const error = refuse[call];
    if (error) throw error;
  }
  const client = {
    create: (resource: Resource, object: ConfigMap) =>
      answer(`create ${resource.plural} ${object.metadata.name}`, undefined),
    delete: (resource: Resource, { name }: { name: string }, given: unknown) =>
      answer(`delete ${resource.plural} ${name}`, given),
    patch: (resource: Resource, { name }: { name: string }, given: unknown) =>
      answer(`patch ${resource.plural} ${name}`, given),
  } as unknown as KubeClient;
  const record = (_: unknown, words: EventWords) => void events.push(words);
  const context = { client, events: { record }, logger: SILENT, signal: abort.signal, maxInFlight };
  return { calls, options, events, context, release: () => holds.shift()?.(), abort: () => abort.abort() };
}

function creations(resource: Resource, count: number): Action[] {
  return Array.from({ length: count }, (_, index) => create(resource, configMap(String(index)), WHY));
}

function configMap(name: string): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" } };
}
