import type { EventVerdict } from "./disturbed-events.ts";
import type { Answer, Fault } from "./fault.ts";
import type { Reference } from "./run-scenario.ts";

/** Every place of a run where something may go wrong, once for each thing that may. */
export function pointsOf(reference: Reference): readonly Fault[] {
  const { writes, rests } = reference;
  return [
    ...writes.flatMap((_, write) => POSITIONS.map((position) => ({ fault: "crash", write, position }) as const)),
    ...writes.flatMap((_, write) => ANSWERS.map((answer) => ({ fault: "answer", write, answer }) as const)),
    ...writes.map((_, write) => ({ fault: "storm", write, times: 6 }) as const),
    ...writes.map((_, write) => ({ fault: "outage", write, seconds: 30 }) as const),
    ...leaderPoints(reference),
    ...writes.flatMap((_, write) => SKEWS.map((skewMinutes) => ({ fault: "lease", write, skewMinutes }) as const)),
    ...eventPoints(reference),
    ...corruptions(reference),
    ...writes.flatMap(({ revisions }, write) =>
      counted(revisions).map((view) => ({ fault: "stale", write, view }) as const),
    ),
    ...rests.flatMap(({ revisions }, step) => counted(revisions).map((view) => ({ fault: "travel", step, view }) as const)),
  ];
}

const POSITIONS = ["before", "during", "after"] as const;
const ANSWERS: readonly Answer[] = ["429", "500", "503", "reset", "slow", "conflict"];
const VERDICTS: readonly EventVerdict[] = ["repeat", "delay", "forget", "cut", "skip"];
const SKEWS = [-10, 10] as const;
/** After so many writes of the second process the first goes on. */
const UNTIL = [0, 1, 3] as const;

function leaderPoints({ writes }: Reference): readonly Fault[] {
  return writes.flatMap((_, write) =>
    (["before", "after"] as const).flatMap((position) =>
      UNTIL.map((until) => ({ fault: "leaders", write, position, until }) as const),
    ),
  );
}

function eventPoints({ events }: Reference): readonly Fault[] {
  return events.flatMap(({ isOvertaken }, event) =>
    VERDICTS.filter((verdict) => verdict !== "skip" || isOvertaken).map(
      (verdict) => ({ fault: "event", event, verdict }) as const,
    ),
  );
}

/** Built-in kinds refuse most of what could be spoilt in a spec; what can be is spoilt in labels and owners. */
function corruptions({ rests }: Reference): readonly Fault[] {
  return rests.flatMap(({ children }, step) =>
    children.flatMap((_, child) =>
      (["owner", "labels", "deleted"] as const).map((change) => ({ fault: "corrupt", step, child, change }) as const),
    ),
  );
}

function counted(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
