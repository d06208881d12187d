import type { Resource } from "@heliostat/kube";
import { differenceOf, essenceOf } from "./essence.ts";
import type { Fault } from "./fault.ts";
import { type FaultScript, faultScript, travelScript } from "./fault-script.ts";
import type { Lab } from "./lab.ts";
import type { Scenario } from "./scenario.ts";
import { type WriteCall, writeText } from "./wire.ts";
import { type Violation, World } from "./world.ts";

/** What a run without faults was like: the measure of all others, and the list of places where something may fail. */
export interface Reference {
  readonly writes: readonly ReferenceWrite[];
  readonly events: readonly ReferenceEvent[];
  /** How the world rested after each step. */
  readonly rests: readonly Rest[];
  readonly violations: readonly Violation[];
}

interface ReferenceWrite {
  readonly text: string;
  readonly step: number;
  /** How many revisions there were when it arrived. */
  readonly revisions: number;
}

interface ReferenceEvent {
  readonly text: string;
  /** Whether the same object has another event later on. */
  readonly isOvertaken: boolean;
}

/** An owned object. */
interface Child {
  /** `pods/c-head` */
  readonly text: string;
  /** Whether the controller would replace it now. */
  readonly isMended: boolean;
}

interface Rest {
  readonly essence: readonly string[];
  readonly revisions: number;
  /** What somebody could spoil now. */
  readonly children: readonly Child[];
}

/** What became of a run with a fault. */
interface FaultyRun {
  readonly violations: readonly Violation[];
  /** Whether the fault found its place. */
  readonly hasStruck: boolean;
}

const REST = { quietMs: 8000, limitMs: 120_000 };
/** How long a world may need after a fault, and how long it has to stay as it ought to be. */
const REST_AFTER_FAULT = { quietMs: 6000, limitMs: 900_000 };

/** Run a scenario without faults. */
export async function referenceRun(lab: Lab, scenario: Scenario, seed = 1): Promise<Reference> {
  const world = await World.begin(lab, seed);
  const writes: ReferenceWrite[] = [];
  const rests: Rest[] = [];
  let step = 0;
  const process = world.startProcess({
    rules: {
      onWrite: (call: WriteCall) => {
        writes.push({ text: writeText(call), step, revisions: lab.log.revisions.length });
        return undefined;
      },
    },
  });
  await world.pass(500);
  for (const { name, acts, mends } of scenario.steps) {
    for (const act of acts) await world.perform(act);
    if (!(await world.rest({ ...REST, isDone: () => true })))
      world.report("the world comes to rest", `it does not after "${name}"`);
    checkRest(world, name);
    rests.push({
      essence: essenceOf(lab.log, lab.suite),
      revisions: lab.log.revisions.length,
      children: world.children().map(({ resource, object }) => ({
        text: `${resource.plural}/${object.metadata.name}`,
        isMended: mends?.includes(resource) ?? true,
      })),
    });
    step += 1;
  }
  await quietForLong(world);
  process.end();
  await nothingLeftToDo(world);
  await world.end();
  return { writes, events: eventsOf(process.wire.events), rests, violations: world.violations };
}

/** One run, and the fault in it. */
export interface FaultRun {
  readonly fault: Fault;
  readonly run: FaultyRun;
}

export interface FaultRunOptions {
  readonly faults: readonly Fault[];
  readonly reference: Reference;
  /** Decides on everything that chance decides on: latencies, the order of what is due at once. @default 1 */
  readonly seed?: number;
}

/** Run a scenario once for each fault, and compare each rest with the reference's. */
export async function* faultRuns(
  lab: Lab,
  scenario: Scenario,
  { faults, reference, seed = 1 }: FaultRunOptions,
): AsyncGenerator<FaultRun, void, undefined> {
  const chains = new Map<number, Travel[]>();
  for (const fault of faults) {
    if (fault.fault === "travel") {
      chains.set(fault.step, [...(chains.get(fault.step) ?? []), fault]);
      continue;
    }
    const script = (world: World): FaultScript => faultScript(fault, world);
    yield { fault, run: await faultyRun(lab, scenario, { script, reference, seed }) };
  }
  for (const chain of chains.values()) yield* travelRuns(lab, scenario, { chain, reference, seed });
}

type Travel = Extract<Fault, { readonly fault: "travel" }>;

interface ChainOptions {
  readonly chain: readonly Travel[];
  readonly reference: Reference;
  readonly seed: number;
}

/** Travels from one rest are made one after the other in a single run, as long as each leads back to that rest. */
async function* travelRuns(
  lab: Lab,
  scenario: Scenario,
  { chain, reference, seed }: ChainOptions,
): AsyncGenerator<FaultRun, void, undefined> {
  const made: Travel[] = [];
  const script = (world: World): FaultScript => travelScript(chain, world, (fault) => made.push(fault));
  const run = await faultyRun(lab, scenario, { script, reference, seed });
  const isGood = run.violations.length === 0 && run.hasStruck;
  const culprit = isGood ? undefined : (made.at(-1) ?? chain[0]);
  for (const fault of made) if (fault !== culprit) yield { fault, run: { violations: [], hasStruck: true } };
  if (!culprit) return;
  yield { fault: culprit, run };
  const left = chain.slice(chain.indexOf(culprit) + 1);
  if (left.length > 0) yield* travelRuns(lab, scenario, { chain: left, reference, seed });
}

interface ScriptedOptions {
  readonly script: (world: World) => FaultScript;
  readonly reference: Reference;
  readonly seed: number;
}

async function faultyRun(
  lab: Lab,
  scenario: Scenario,
  { script: scriptFor, reference, seed }: ScriptedOptions,
): Promise<FaultyRun> {
  const world = await World.begin(lab, seed);
  const script = scriptFor(world);
  await world.pass(500);
  for (const [at, step] of scenario.steps.entries()) {
    const rest = reference.rests[at];
    if (!rest || world.violations.length > 0) break;
    for (const act of step.acts) await world.perform(act);
    await restAs(world, rest, `after "${step.name}"`);
    if (!script.hasEnded?.(at)) await disturbRest(world, script, { at, rest, name: step.name });
    if (script.hasEnded?.(at)) break;
  }
  await world.end();
  return { violations: world.violations, hasStruck: script.hasStruck() };
}

async function disturbRest(
  world: World,
  script: FaultScript,
  { at, rest, name }: { readonly at: number; readonly rest: Rest; readonly name: string },
): Promise<void> {
  if (!script.atRest || world.violations.length > 0) return;
  for await (const what of script.atRest(at)) {
    await restAs(world, rest, `after "${name}" and ${what}`);
    if (world.violations.length > 0) return;
  }
}

async function restAs(world: World, rest: Rest, when: string): Promise<void> {
  const { log, suite } = world.lab;
  if (world.violations.length > 0) return;
  const isDone = (): boolean => differenceOf(rest.essence, essenceOf(log, suite)) === "";
  if (!(await world.rest({ ...REST_AFTER_FAULT, isDone })) && world.violations.length === 0) {
    const difference = differenceOf(rest.essence, essenceOf(log, suite));
    world.report("the end is that of the run without faults", `${when}:\n${difference || "never quiet"}`);
  }
  checkRest(world, when);
}

function checkRest(world: World, when: string): void {
  const { log, resources, suite } = world.lab;
  for (const problem of suite.atRest(log))
    world.report("what is wanted is there, and the status says so", `${when}: ${problem}`);
  // Nothing may be left of an owner that is gone.
  const uids = new Set(
    resources.flatMap((resource: Resource) => log.of(resource).map(({ metadata }) => metadata.uid)),
  );
  for (const { resource, object } of world.children()) {
    const owners = object.metadata.ownerReferences ?? [];
    if (!owners.some(({ uid }) => uids.has(uid)))
      world.report("nothing is leaked", `${resource.plural} ${object.metadata.name} has outlived its owner`);
  }
}

/** A quiet system writes nothing, for as long as watches and resyncs have their periods. */
async function quietForLong(world: World): Promise<void> {
  const writes: string[] = [];
  world.onWrite((call) => writes.push(writeText(call)));
  await world.pass(1_300_000);
  if (writes.length > 0) world.report("a quiet system writes nothing", writes.join(", "));
}

/** Whoever takes over a world at rest leaves it as it is. */
async function nothingLeftToDo(world: World): Promise<void> {
  const writes: string[] = [];
  world.onWrite((call) => {
    if (call.resource.plural !== "events") writes.push(writeText(call));
  });
  world.startProcess();
  await world.pass(30_000);
  if (writes.length > 0) world.report("a new process finds nothing to do", writes.join(", "));
}

function eventsOf(
  events: readonly { resource: Resource; object: { metadata: { name: string; uid?: string } } }[],
) {
  return events.map(({ resource, object }, at) => ({
    text: `${resource.plural}/${object.metadata.name}`,
    isOvertaken: events
      .slice(at + 1)
      .some((later) => later.resource === resource && later.object.metadata.name === object.metadata.name),
  }));
}
