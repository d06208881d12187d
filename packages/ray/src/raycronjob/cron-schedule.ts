import { goDurationMs } from "../go-duration.ts";

/** When a schedule is due: at all moments that fit every field, or every so often. */
export type CronSchedule = CronFields | { readonly everyMs: number };

/**
 * The values that each of cron's five fields allows. A day fits by either of the two day fields where both are
 * restricted, and by both where one is not (cron's rule).
 */
export interface CronFields {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  readonly isAnyDayOfMonth: boolean;
  readonly isAnyDayOfWeek: boolean;
}

/**
 * A schedule in the words of `robfig/cron`, which KubeRay reads them with: five fields of numbers, names, lists, ranges
 * and steps; `@hourly` and its like; `@every 90s`.
 *
 * @throws RangeError that says which part is wrong
 */
export function parseCronSchedule(text: string): CronSchedule {
  const schedule = text.trim();
  if (schedule.startsWith("@every ")) return every(schedule.slice("@every ".length).trim());
  const parts = (DESCRIPTORS[schedule.toLowerCase()] ?? schedule).split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", dayOfWeek = ""] = parts;
  if (parts.length !== FIELDS.length) {
    throw new RangeError(
      `has ${parts.length} fields and not five: minute, hour, day, month, day of the week`,
    );
  }
  return {
    minutes: valuesOf(minute, FIELDS[0]),
    hours: valuesOf(hour, FIELDS[1]),
    daysOfMonth: valuesOf(dayOfMonth, FIELDS[2]),
    months: valuesOf(month, FIELDS[3]),
    daysOfWeek: valuesOf(dayOfWeek, FIELDS[4]),
    isAnyDayOfMonth: isAny(dayOfMonth),
    isAnyDayOfWeek: isAny(dayOfWeek),
  };
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for the numbers from `min` on. */
  readonly words?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const FIELDS = [
  { name: "minute", min: 0, max: 59 },
  { name: "hour", min: 0, max: 23 },
  { name: "day", min: 1, max: 31 },
  { name: "month", min: 1, max: 12, words: MONTHS },
  { name: "day of the week", min: 0, max: 6, words: DAYS },
] as const satisfies readonly Field[];

const DESCRIPTORS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function every(text: string): CronSchedule {
  const everyMs = goDurationMs(text);
  if (everyMs === undefined)
    throw new RangeError(`says "@every ${text}", which is no duration, such as "90s"`);
  // Nothing is due more often than every second (robfig/cron).
  return { everyMs: Math.max(1_000, Math.floor(everyMs / 1_000) * 1_000) };
}

function valuesOf(text: string, field: Field): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((part) => [...rangeOf(part, field)]));
}

/** `*`, `5`, `1-5`, `*\/15`, `1-30/2`, `5/10` (from 5 to the end). */
function rangeOf(part: string, field: Field): readonly number[] {
  const [range = "", step, ...rest] = part.split("/");
  const [from = "", to, ...others] = range.split("-");
  const first = isAny(from) ? field.min : numberOf(from, field);
  const openEnd = isAny(from) || step !== undefined ? field.max : first;
  const last = to === undefined ? openEnd : numberOf(to, field);
  const stride = step === undefined ? 1 : Number(/^\d+$/.test(step) ? step : 0);
  if (rest.length > 0 || others.length > 0 || stride < 1 || last < first) {
    throw new RangeError(`has "${part}" as ${field.name}, which is no range`);
  }
  return Array.from(
    { length: Math.floor((last - first) / stride) + 1 },
    (_, index) => first + index * stride,
  );
}

function numberOf(text: string, { name, min, max, words = [] }: Field): number {
  const word = words.indexOf(text.toLowerCase());
  const number = word >= 0 ? word + min : Number(/^\d+$/.test(text) ? text : Number.NaN);
  if (!(number >= min && number <= max)) {
    throw new RangeError(`has "${text}" as ${name}, which must be from ${min} to ${max}`);
  }
  return number;
}

function isAny(text: string): boolean {
  return text === "*" || text === "?";
}
