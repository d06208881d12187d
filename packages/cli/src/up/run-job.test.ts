import type { JobDetails } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { outcomeOf } from "./run-job.ts";

describe("outcomeOf()", () => {
  it("takes the last line that was printed as the result", () => {
    expect(outcomeOf(aJob({ status: "SUCCEEDED" }), "a: 3 rounds\npi is about 3.14\n\n")).toEqual({
      event: { event: "job", status: "SUCCEEDED", submissionId: "x", result: "pi is about 3.14" },
      exitCode: 0,
    });
  });

  it("does not take for the result what Ray mixes into the log", () => {
    const log =
      "pi is about 3.14\n\u001b[36m(autoscaler +1s)\u001b[0m No available node types\n(raylet) bye\n";
    expect(outcomeOf(aJob({ status: "SUCCEEDED" }), log).event.result).toBe("pi is about 3.14");
  });

  it("keeps the driver's exit code, and never lets a failure end with 0", () => {
    expect(outcomeOf(aJob({ status: "FAILED", driverExitCode: 3 }), "").exitCode).toBe(3);
    expect(outcomeOf(aJob({ status: "FAILED", driverExitCode: 0 }), "").exitCode).toBe(1);
    expect(outcomeOf(aJob({ status: "STOPPED" }), "").exitCode).toBe(1);
  });

  it("says why a job failed in one line", () => {
    const job = aJob({
      status: "FAILED",
      errorType: "RUNTIME_ENV_SETUP_FAILURE",
      message: "no such file\ntraceback",
    });
    expect(outcomeOf(job, "").event.message).toBe("RUNTIME_ENV_SETUP_FAILURE: no such file");
  });
});

function aJob(job: Partial<JobDetails>): JobDetails {
  return { type: "SUBMISSION", status: "RUNNING", entrypoint: "python job.py", submissionId: "x", ...job };
}
