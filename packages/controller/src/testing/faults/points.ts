import type { EventVerdict } from "./disturbed-events.ts";
import type { Answer, Corruption, Fault } from "./fault.ts";
import type { Reference } from "./run-scenario.ts";

/** Every place of a run where something may go wrong, once for each thing that may. */
export function pointsOf(reference: Reference): readonly Fault[] {
  const { writes, rests } = reference;
  return [
    ...writes.flatMap((_, write) =>
      POSITIONS.map((position) => ({ fault: "crash", write, position }) as const),
    ),
    ...writes.flatMap(({ text }, write) =>
      answersTo(text).map((answer) => ({ fault: "answer", write, answer }) as const),
    ),
    ...writes.map((_, write) => ({ fault: "storm", write, times: 6 }) as const),
    ...writes.map((_, write) => ({ fault: "outage", write, seconds: 30 }) as const),
    ...leaderPoints(reference),
    ...eventPoints(reference),
    ...corruptions(reference),
    ...writes.flatMap(({ revisions }, write) =>
      counted(revisions).map((view) => ({ fault: "stale", write, view }) as const),
    ),
    ...rests.flatMap(({ revisions }, step) =>
      counted(revisions).map((view) => ({ fault: "travel", step, view }) as const),
    ),
  ];
}

const POSITIONS = ["before", "during", "after"] as const;
const CORRUPTIONS: readonly Corruption[] = ["owner", "labels", "deleted"];
const PAUSES = ["before", "sent", "after"] as const;
const ANSWERS: readonly Answer[] = ["429", "500", "503", "reset", "slow", "conflict"];
const VERDICTS: readonly EventVerdict[] = ["repeat", "delay", "forget", "cut", "skip"];
/** Only a patch names the revision that it is meant for, and may come too late for it. */
function answersTo(text: string): readonly Answer[] {
  return text.startsWith("patch ") ? ["409", ...ANSWERS] : ANSWERS;
}

/** After so many writes of the second process the first goes on. */
const UNTIL = [0, 1, 3] as const;

/** What depends on the number of a write alone is left out for events: with two processes they come as they like. */
function leaderPoints({ writes }: Reference): readonly Fault[] {
  return writes.flatMap(({ text }, write) =>
    text.includes(" events/")
      ? []
      : PAUSES.flatMap((position) =>
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
    children.flatMap(({ isMended }, child) =>
      (isMended ? CORRUPTIONS : []).map((change) => ({ fault: "corrupt", step, child, change }) as const),
    ),
  );
}

function counted(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}
