import { faultRuns, faultText, Lab, pointsOf, referenceRun } from "@heliostat/controller/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { RAYCLUSTER_SUITE } from "../testing/index.ts";

/** Enough to notice most mistakes; `npm run harness` tries every scenario at every point. */
const SCENARIOS = ["scale", "head-dies", "delete-early"];
const EVERY = 29;

describe("the RayCluster controller under faults", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open(RAYCLUSTER_SUITE);
  });

  it.each(SCENARIOS)(
    "ends as without them, and breaks no promise on the way: %s",
    { timeout: 60_000 },
    async (name) => {
      const scenario = RAYCLUSTER_SUITE.scenarios.find((each) => each.name === name);
      if (!scenario) throw new Error(`Cannot find scenario ${name}`);
      const reference = await referenceRun(lab, scenario);
      expect(reference.violations).toEqual([]);

      const points = pointsOf(reference).filter(({ fault }) => fault !== "travel");
      const faults = points.filter((_, at) => at % EVERY === 0);
      expect(faults.length).toBeGreaterThan(10);
      for await (const { fault, run } of faultRuns(lab, scenario, { faults, reference })) {
        expect(run, faultText(fault)).toEqual({ violations: [], hasStruck: true });
      }
    },
  );
});
