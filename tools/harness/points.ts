import {
  type Fault,
  faultText,
  type Lab,
  pointsOf,
  type Reference,
  referenceRun,
  type Scenario,
} from "@heliostat/controller/testing";
import type { HarnessOptions } from "./options.ts";

/** A scenario with the faults to be tried in it. */
export interface Story {
  readonly scenario: Scenario;
  readonly reference: Reference;
  readonly faults: readonly Fault[];
}

/** How many points of a kind and scenario a smoke run tries. */
const SMOKE_POINTS = 5;

/** Run each scenario without faults, and find what is asked for among its points. */
export async function storyOf(lab: Lab, scenario: Scenario, options: HarnessOptions): Promise<Story> {
  const reference = await referenceRun(lab, scenario, options.seed);
  const asked = pointsOf(reference).filter(
    (fault) => isAsked(options.only, scenario, fault) && isOfKind(options.kinds, fault),
  );
  const some = options.isSmoke ? thinned(asked, SMOKE_POINTS) : asked;
  const [part, parts] = options.shard;
  return { scenario, reference, faults: some.filter((fault, at) => shardOf(fault, at) % parts === part) };
}

/** Whether a scenario is among what was asked for. */
export function isScenarioAsked(only: string | undefined, { name }: Scenario): boolean {
  return only === undefined || only === name || only.startsWith(`${name}:`);
}

/** What stands at a point: the write or event. */
export function placeOf(fault: Fault, reference: Reference): string {
  if ("write" in fault) return reference.writes[fault.write]?.text ?? "";
  if ("event" in fault) return reference.events[fault.event]?.text ?? "";
  if (fault.fault === "corrupt") return reference.rests[fault.step]?.children[fault.child]?.text ?? "";
  return "";
}

function isOfKind(kinds: readonly string[], { fault }: Fault): boolean {
  return kinds.length === 0 || kinds.includes(fault);
}

function isAsked(only: string | undefined, { name }: Scenario, fault: Fault): boolean {
  if (only === undefined || only === name) return true;
  const text = `${name}:${faultText(fault)}`;
  return text === only || text.startsWith(`${only}:`);
}

/** Travels of one step make a chain, which is not to be torn. */
function shardOf(fault: Fault, at: number): number {
  return fault.fault === "travel" ? fault.step : at;
}

/** So many faults of each kind, spread over the run. */
function thinned(faults: readonly Fault[], count: number): readonly Fault[] {
  return byKind(faults).flatMap((all) => {
    const stride = Math.max(1, Math.ceil(all.length / count));
    return all.filter((_, at) => at % stride === stride >> 1 || stride === 1);
  });
}

function byKind(faults: readonly Fault[]): readonly (readonly Fault[])[] {
  const kinds = new Map<string, Fault[]>();
  for (const fault of faults) kinds.set(fault.fault, [...(kinds.get(fault.fault) ?? []), fault]);
  return [...kinds.values()];
}

/** How many points of a kind and story a hasty search looks at, round by round. */
const ROUNDS = [1, 4, 16, Number.POSITIVE_INFINITY] as const;

/**
 * The same stories, several times: first with one fault of each kind, then with a few more, and with all at last. What
 * is wrong in many places shows in the first seconds, and what shows at one place is found in the end.
 */
export function* inRounds(stories: readonly Story[]): Generator<Story, void, undefined> {
  let from = 0;
  for (const to of ROUNDS) {
    for (const story of stories) {
      yield {
        ...story,
        faults: byKind(story.faults).flatMap((faults) => outsideIn(faults).slice(from, to)),
      };
    }
    from = to;
  }
}

/** A list in an order of which every beginning is spread over all of it: the middle, the quarters, the eighths… */
function outsideIn<T>(list: readonly T[]): readonly T[] {
  const taken = new Set<number>();
  for (let parts = 2; taken.size < list.length; parts *= 2) {
    for (let part = 1; part < parts; part += 1) taken.add(Math.floor((part * list.length) / parts));
    if (parts > list.length) for (const at of list.keys()) taken.add(at);
  }
  return [...taken].flatMap((at) => list.slice(at, at + 1));
}
