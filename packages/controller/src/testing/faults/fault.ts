import type { EventVerdict } from "./disturbed-events.ts";
import type { CrashPosition, PausePosition } from "./wire.ts";

/** One thing that goes wrong once in a run, at one place. Places are counted from 0 as in the run without faults. */
export type Fault =
  | { readonly fault: "none" }
  /** The process dies at a write, and another begins a second later. */
  | { readonly fault: "crash"; readonly write: number; readonly position: CrashPosition }
  /** The process dies when a write is done; the next one is shown the state after `view` revisions, and then catches up. */
  | { readonly fault: "stale"; readonly write: number; readonly view: number }
  /** The same with a process that is ended while the world is at rest after a step. */
  | { readonly fault: "travel"; readonly step: number; readonly view: number }
  | { readonly fault: "event"; readonly event: number; readonly verdict: EventVerdict }
  | { readonly fault: "answer"; readonly write: number; readonly answer: Answer }
  /** A second writer is faster, at so many writes in a row. */
  | { readonly fault: "storm"; readonly write: number; readonly times: number }
  /** The API refuses everything for so long, watches included. */
  | { readonly fault: "outage"; readonly write: number; readonly seconds: number }
  /** The holder of the lease stands still at a write, until the next one has done `until` writes. */
  | {
      readonly fault: "leaders";
      readonly write: number;
      readonly position: PausePosition;
      readonly until: number;
    }
  /** While the world is at rest after a step, somebody spoils the child with this number among all children. */
  | { readonly fault: "corrupt"; readonly step: number; readonly child: number; readonly change: Corruption };

export type Answer = "409" | "429" | "500" | "503" | "reset" | "slow" | "conflict";
export type Corruption = "owner" | "labels" | "deleted";

/** `crash:12:during`, which {@link faultFrom} reads. */
export function faultText(fault: Fault): string {
  const { fault: kind, ...rest } = fault;
  return [kind, ...Object.values(rest)].join(":");
}

const FIELDS: Readonly<Record<Fault["fault"], readonly string[]>> = {
  none: [],
  crash: ["write", "position"],
  stale: ["write", "view"],
  travel: ["step", "view"],
  event: ["event", "verdict"],
  answer: ["write", "answer"],
  storm: ["write", "times"],
  outage: ["write", "seconds"],
  leaders: ["write", "position", "until"],
  corrupt: ["step", "child", "change"],
};

const WORDS: ReadonlySet<string> = new Set(["position", "verdict", "answer", "change"]);

/** The fault of a text. @throws Error when it is none */
export function faultFrom(text: string): Fault {
  const [kind = "", ...values] = text.split(":");
  const fields = FIELDS[kind as Fault["fault"]];
  if (!fields || fields.length !== values.length) {
    const forms = Object.entries(FIELDS).map(([name, parts]) => [name, ...parts].join(":"));
    throw new Error(`Cannot read fault "${text}": it must be one of ${forms.join(", ")}`);
  }
  const entries = fields.map((field, at) => [field, WORDS.has(field) ? values[at] : Number(values[at])]);
  return { fault: kind, ...Object.fromEntries(entries) } as Fault;
}
