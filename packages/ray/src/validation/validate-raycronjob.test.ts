import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { RayCronJob, RayCronJobSpec } from "../raycronjob/types.ts";
import { aRayCluster } from "../testing/index.ts";
import { validateRayCronJob } from "./validate-raycronjob.ts";

function problemsOf(spec: Partial<RayCronJobSpec>, name = "nightly") {
  const cronJob: RayCronJob = {
    apiVersion: "ray.io/v1",
    kind: "RayCronJob",
    metadata: { name },
    spec: { schedule: "0 3 * * *", jobTemplate: { rayClusterSpec: aRayCluster().spec }, ...spec },
  };
  return validateRayCronJob(cronJob, { parseYaml: parse });
}

describe("validateRayCronJob()", () => {
  it("accepts a schedule in a time zone", () => {
    expect(problemsOf({ timeZone: "Europe/Berlin" })).toEqual([]);
    expect(problemsOf({ schedule: "@every 1h" }, "a".repeat(36))).toEqual([]);
  });

  it.each<[string, Partial<RayCronJobSpec>, string]>([
    ["a time zone in the schedule", { schedule: "TZ=UTC 0 3 * * *" }, "spec.schedule"],
    ["a schedule that is none", { schedule: "at night" }, "spec.schedule"],
    ["a time zone that is none", { timeZone: "Berlin" }, "spec.timeZone"],
    ["an empty time zone", { timeZone: "" }, "spec.timeZone"],
    ["a job that is refused", { jobTemplate: {} }, "spec.jobTemplate.rayClusterSpec"],
  ])("refuses %s", (_what, spec, field) => {
    expect(problemsOf(spec).map((problem) => problem.field)).toEqual([field]);
  });

  it("leaves room for the names of jobs and their clusters", () => {
    expect(problemsOf({}, "a".repeat(37)).map(({ field }) => field)).toEqual(["metadata.name"]);
  });
});
