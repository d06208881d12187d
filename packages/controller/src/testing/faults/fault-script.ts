import { type Json, KubeError, type KubeObject, nameOf, type Resource } from "@heliostat/kube";
import type { Answer, Corruption, Fault } from "./fault.ts";
import { type WireRules, type WriteCall, type WriteVerdict, writeText } from "./wire.ts";
import type { World } from "./world.ts";

/** A fault on the stage: it has begun the processes it needs, and may have something to do when the world rests. */
export interface FaultScript {
  /** Things that happen while the world is at rest after a step; after each it has to come to that rest again. */
  readonly atRest?: (step: number) => AsyncIterable<string>;
  /** Whether the rest of the scenario would show nothing new. */
  readonly hasEnded?: (step: number) => boolean;
  hasStruck(): boolean;
}

const RESTART_MS = 1000;
/** How long a stale view lasts: long enough for whatever is decided on it. */
const FROZEN_MS = 2500;

/** Begin the processes of a run with this fault. */
export function faultScript(fault: Fault, world: World): FaultScript {
  switch (fault.fault) {
    case "none":
      world.startProcess();
      return { hasStruck: () => true };
    case "crash":
      return crash(fault, world);
    case "stale":
      return stale(fault, world);
    case "travel":
      return travelScript([fault], world);
    case "event":
      return struckOnce(world, (strike) => ({
        onEvent: ({ index }) => (index === fault.event && strike() ? fault.verdict : undefined),
      }));
    case "answer":
      return struckOnce(world, (strike) => ({
        onWrite: (call) =>
          call.index === fault.write && strike() ? answerVerdict(fault.answer, call, world) : undefined,
      }));
    case "storm":
      return struckOnce(world, (strike) => ({
        onWrite: (call) =>
          call.index >= fault.write && call.index < fault.write + fault.times && strike()
            ? foreignFirst(call, world)
            : undefined,
      }));
    case "outage":
      return outage(fault, world);
    case "leaders":
      return leaders(fault, world);
    case "corrupt":
      return corrupt(fault, world);
  }
}

type Of<Kind extends Fault["fault"]> = Extract<Fault, { readonly fault: Kind }>;

function struckOnce(world: World, rules: (strike: () => true) => WireRules): FaultScript {
  let hasStruck = false;
  world.startProcess({
    rules: rules(() => {
      hasStruck = true;
      return true;
    }),
  });
  return { hasStruck: () => hasStruck };
}

function crash({ write, position }: Of<"crash">, world: World): FaultScript {
  let hasStruck = false;
  const { wire } = world.startProcess({
    rules: { onWrite: ({ index }) => (index === write ? { outcome: "die", position } : undefined) },
  });
  void wire.crashed.then(() => {
    hasStruck = true;
    world.lab.clock.after(RESTART_MS, () => world.startProcess());
  });
  return { hasStruck: () => hasStruck };
}

function stale({ write, view }: Of<"stale">, world: World): FaultScript {
  let hasRestarted = false;
  const { wire } = world.startProcess({
    rules: { onWrite: ({ index }) => (index === write ? { outcome: "die", position: "during" } : undefined) },
  });
  void wire.crashed.then(() => {
    hasRestarted = true;
    world.lab.clock.after(RESTART_MS, () => world.startProcess({ rules: staleRules(world, view) }));
  });
  return {
    // Once it has caught up and the world rests, the process is one like any other.
    hasEnded: () => hasRestarted,
    hasStruck: () => hasRestarted,
  };
}

/** Restarts with old views while the world is at rest, one after the other; `begin` hears of each. */
export function travelScript(
  faults: readonly Of<"travel">[],
  world: World,
  begin: (fault: Of<"travel">) => void = () => undefined,
): FaultScript {
  let process = world.startProcess();
  let hasStruck = false;
  return {
    async *atRest(at) {
      for (const fault of faults) {
        if (at !== fault.step) continue;
        hasStruck = true;
        begin(fault);
        process.end();
        await world.pass(10);
        process = world.startProcess({ rules: staleRules(world, fault.view) });
        yield `a restart that sees the world after ${fault.view} revisions`;
      }
    },
    hasEnded: () => hasStruck,
    hasStruck: () => hasStruck,
  };
}

function staleRules(world: World, view: number): WireRules {
  const { log, clock } = world.lab;
  const base = log.revisions[view - 1]?.revision ?? (log.revisions[0]?.revision ?? 1) - 1;
  return {
    stale: {
      list: (resource) => log.listAfter(view, resource),
      resourceVersion: String(base),
      thawed: new Promise((resolve) => {
        clock.after(FROZEN_MS, () => resolve(undefined));
      }),
    },
  };
}

function answerVerdict(answer: Answer, call: WriteCall, world: World): WriteVerdict {
  switch (answer) {
    case "409":
      return refused(new KubeError("Conflict", "the object has been modified"));
    case "429":
      return refused(new KubeError("TooManyRequests", "too many requests", { retryAfterSeconds: 7 }));
    case "500":
      return refused(new KubeError("Internal", "etcdserver: leader changed"));
    case "503":
      return refused(new KubeError("Unavailable", "the server is shutting down"));
    case "reset":
      return { outcome: "lose-answer", error: new KubeError("Unavailable", "socket hang up") };
    case "slow":
      return { outcome: "slow", ms: 45_000 };
    case "conflict":
      return foreignFirst(call, world);
  }
}

function refused(error: KubeError): WriteVerdict {
  return { outcome: "refuse", error };
}

function foreignFirst(call: WriteCall, world: World): WriteVerdict {
  return { outcome: "after", foreign: () => world.writeForeign(call, String(call.index)) };
}

function outage({ write, seconds }: Of<"outage">, world: World): FaultScript {
  const { clock } = world.lab;
  let untilMs: number | undefined;
  const refusal = (): KubeError | undefined =>
    untilMs !== undefined && clock.now() < untilMs
      ? new KubeError("Unavailable", "no route to host")
      : undefined;
  world.startProcess({
    rules: {
      onRead: refusal,
      onWrite: ({ index }) => {
        if (index === write) untilMs = clock.now() + seconds * 1000;
        const error = refusal();
        return error && { outcome: "refuse", error };
      },
      onEvent: () => (refusal() ? "cut" : undefined),
    },
  });
  return { hasStruck: () => untilMs !== undefined };
}

/** How far the next leader's clock is off. */
const SKEWS_MS = [-600_000, 0, 600_000];

/** Longer than a lease lasts and a candidate waits before it asks again. */
const STANDSTILL_MS = 30_000;

/**
 * The holder of the lease stands still with a write half done. When the next one has done so many writes, it goes on as
 * if nothing had happened: what it had sent arrives, what it had not never leaves it, and what it begins now has to be
 * refused.
 */
function leaders({ write, position, until }: Of<"leaders">, world: World): FaultScript {
  let isPaused = false;
  let hasSuccessor = false;
  const { clock } = world.lab;
  const first = world.startProcess({
    candidate: "first",
    rules: { onWrite: onWriteOfFirst },
    isDeposed: () => hasSuccessor,
  });
  clock.after(300, () =>
    world.startProcess({
      candidate: "second",
      skewMs: SKEWS_MS[write % SKEWS_MS.length] ?? 0,
      rules: { onWrite: onWriteOfSecond },
    }),
  );
  return { hasStruck: () => isPaused };

  function onWriteOfFirst(call: WriteCall): WriteVerdict | undefined {
    if (hasSuccessor && call.resource.plural !== "leases")
      world.report("a leader whose lease is over begins nothing", writeText(call));
    return call.index === write ? { outcome: "pause", position, pause } : undefined;
  }

  function onWriteOfSecond({ index, resource }: WriteCall): undefined {
    if (resource.plural === "leases") return;
    hasSuccessor = true;
    if (index === until) clock.after(until % 2, resume);
  }

  function pause(): void {
    isPaused = true;
    first.clock.pause();
    clock.after(STANDSTILL_MS, resume);
  }

  function resume(): void {
    if (first.clock.isPaused) first.clock.resume();
  }
}

function corrupt({ step, child, change }: Of<"corrupt">, world: World): FaultScript {
  let hasStruck = false;
  world.startProcess();
  return {
    async *atRest(at) {
      const target = world.children()[child];
      if (at !== step || !target) return;
      hasStruck = true;
      await spoil(target, change, world);
      yield `${change} of ${target.resource.plural} ${target.object.metadata.name} spoilt`;
    },
    hasEnded: () => hasStruck,
    hasStruck: () => hasStruck,
  };
}

async function spoil(
  { resource, object }: { readonly resource: Resource; readonly object: KubeObject },
  change: Corruption,
  world: World,
): Promise<void> {
  const { client } = world.lab;
  if (change === "deleted") {
    await client.delete(resource, nameOf(object));
    return;
  }
  await client.patch(resource, nameOf(object), { patch: { type: "merge", body: spoilt(object, change) } });
  if (change === "owner") world.reviewOwner(resource, object);
}

function spoilt({ metadata }: KubeObject, change: Exclude<Corruption, "deleted">): Json {
  switch (change) {
    case "owner": {
      const owners = (metadata.ownerReferences ?? []).map((owner) => ({
        ...owner,
        uid: `0${owner.uid.slice(1, -1)}0`,
      }));
      return { metadata: { ownerReferences: owners } } as unknown as Json;
    }
    case "labels":
      return { metadata: { labels: null } };
  }
}
