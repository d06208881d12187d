import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CronFields, parseCronSchedule } from "./cron-schedule.ts";

function fieldsOf(text: string): CronFields {
  const schedule = parseCronSchedule(text);
  if ("everyMs" in schedule) throw new Error(`"${text}" has no fields`);
  return schedule;
}

describe("parseCronSchedule()", () => {
  it("reads numbers, lists, ranges, steps and names", () => {
    const { minutes, hours, daysOfMonth, months, daysOfWeek } = fieldsOf(
      "0,30 8-10 1/10 JAN,jun-aug mon-FRI",
    );
    expect([...minutes]).toEqual([0, 30]);
    expect([...hours]).toEqual([8, 9, 10]);
    expect([...daysOfMonth]).toEqual([1, 11, 21, 31]);
    expect([...months]).toEqual([1, 6, 7, 8]);
    expect([...daysOfWeek]).toEqual([1, 2, 3, 4, 5]);
  });

  it("knows which day field is restricted", () => {
    expect(fieldsOf("0 0 * * 1")).toMatchObject({ isAnyDayOfMonth: true, isAnyDayOfWeek: false });
    expect(fieldsOf("0 0 13 * ?")).toMatchObject({ isAnyDayOfMonth: false, isAnyDayOfWeek: true });
  });

  it.each([
    ["@hourly", "0 * * * *"],
    ["@midnight", "0 0 * * *"],
    ["@Weekly", "0 0 * * 0"],
    ["@yearly", "0 0 1 1 *"],
  ])("reads %s as %s", (descriptor, fields) => {
    expect(parseCronSchedule(descriptor)).toEqual(parseCronSchedule(fields));
  });

  it("reads intervals, in whole seconds", () => {
    expect(parseCronSchedule("@every 1m30s")).toEqual({ everyMs: 90_000 });
    expect(parseCronSchedule("@every 1500ms")).toEqual({ everyMs: 1_000 });
    expect(parseCronSchedule("@every 10ms")).toEqual({ everyMs: 1_000 });
  });

  it.each([
    ["* * * *", "has 4 fields"],
    ["60 * * * *", '"60" as minute'],
    ["* * 0 * *", '"0" as day'],
    ["* * * * 7", '"7" as day of the week'],
    ["*/0 * * * *", '"*/0" as minute'],
    ["5-1 * * * *", '"5-1" as minute'],
    ["1-2-3 * * * *", '"1-2-3" as minute'],
    ["a * * * *", '"a" as minute'],
    ["@often", "has 1 fields"],
    ["@every soon", "no duration"],
    ["", "has 1 fields"],
  ])("refuses %j", (text, why) => {
    expect(() => parseCronSchedule(text)).toThrow(why);
  });

  it("allows every minute at which a plain schedule is due", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 1, max: 59 }), (from, step) => {
        const { minutes } = fieldsOf(`${from}/${step} * * * *`);
        for (let minute = 0; minute < 60; minute += 1) {
          expect(minutes.has(minute)).toBe(minute >= from && (minute - from) % step === 0);
        }
      }),
    );
  });
});
