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

/** The faults of a story that are asked for. */
export function narrowed(story: Story, only: string): Story {
  return { ...story, faults: story.faults.filter((fault) => isAsked(only, story.scenario, fault)) };
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
export function thinned(faults: readonly Fault[], count: number): readonly Fault[] {
  const kinds = new Map<string, Fault[]>();
  for (const fault of faults) kinds.set(fault.fault, [...(kinds.get(fault.fault) ?? []), fault]);
  return [...kinds.values()].flatMap((all) => {
    const stride = Math.max(1, Math.ceil(all.length / count));
    return all.filter((_, at) => at % stride === stride >> 1 || stride === 1);
  });
}
