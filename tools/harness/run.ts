import { type FaultSuite, faultRuns, faultText, inputWalk, Lab } from "@heliostat/controller/testing";
import { rayClusterWalk } from "@heliostat/operator/testing";
import type { HarnessOptions } from "./options.ts";
import { inRounds, isScenarioAsked, placeOf, type Story, storyOf } from "./points.ts";
import { type Failure, NOTHING, summed, type Tally } from "./report.ts";

/** Run what the options ask for in this process. */
export async function run(suite: FaultSuite, options: HarnessOptions): Promise<Tally> {
  const lab = await Lab.open(suite);
  let tally: Tally = NOTHING;
  for await (const part of parts(lab, options)) {
    tally = summed(tally, part);
    if (options.isBrief && tally.failures.length > 0) break;
  }
  return tally;
}

/** All scenarios without faults, then all faults: what is quite wrong shows in the first second. */
async function* parts(lab: Lab, options: HarnessOptions): AsyncGenerator<Tally, void, undefined> {
  const stories: Story[] = [];
  for (const scenario of lab.suite.scenarios.filter((each) => isScenarioAsked(options.only, each))) {
    const story = await storyOf(lab, scenario, options);
    if (story.reference.violations.length === 0) stories.push(story);
    yield { points: {}, scenarios: 1, failures: referenceFailures(story) };
  }
  for (const story of options.isBrief ? inRounds(stories) : stories) yield* runStory(lab, story, options);
  if (isWalkAsked(options)) yield* walk(lab, options);
}

function isWalkAsked({ only, kinds }: HarnessOptions): boolean {
  if (kinds.length > 0) return kinds.includes("walk");
  return only === undefined || only.startsWith("walk");
}

const SMOKE_STRIDE = 40;

/** Every field of the spec, one value after the other. */
async function* walk(
  lab: Lab,
  { shard, isSmoke, only = "walk" }: HarnessOptions,
): AsyncGenerator<Tally, void, undefined> {
  const [part, count] = shard;
  const asked = only.replace(/^walk:?/, "");
  const { values, ...rest } = rayClusterWalk();
  const ours = values
    .filter(({ path }) => path.join(".").startsWith(asked))
    .filter((_, at) => (isSmoke ? at % SMOKE_STRIDE === part : at % count === part));
  for await (const { text, violations } of inputWalk(lab, { ...rest, values: ours })) {
    const failures = violations.length > 0 ? [{ point: `walk ${text}`, place: "", violations }] : [];
    yield { points: { walk: 1 }, scenarios: 0, failures };
  }
}

async function* runStory(
  lab: Lab,
  { scenario, reference, faults }: Story,
  { seed, isBrief }: HarnessOptions,
): AsyncGenerator<Tally, void, undefined> {
  for await (const { fault, run: result } of faultRuns(lab, scenario, { faults, reference, seed })) {
    const { violations, hasStruck } = result;
    // That a run with a mistake in it goes another way is no harm done.
    const isUnreached = !hasStruck && !isBrief;
    const unreached = { invariant: "the fault finds its place", detail: "the run went another way" };
    const failure: Failure = {
      point: `${scenario.name}:${faultText(fault)}`,
      place: placeOf(fault, reference),
      violations: isUnreached ? [...violations, unreached] : violations,
    };
    yield {
      points: { [fault.fault]: 1 },
      scenarios: 0,
      failures: failure.violations.length > 0 ? [failure] : [],
    };
  }
}

function referenceFailures({ scenario, reference: { violations } }: Story): readonly Failure[] {
  return violations.length > 0 ? [{ point: scenario.name, place: "without faults", violations }] : [];
}
