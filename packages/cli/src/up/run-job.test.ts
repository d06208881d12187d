import { HandClock, settled } from "@heliostat/kube/testing";
import { type JobDetails, type RayDashboard, RayError } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { outcomeOf, runJob } from "./run-job.ts";

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

describe("runJob()", () => {
  it.each([
    ["whole", ["one\n", "two\n"]],
    ["late", ["one\n"]],
    ["broken", ["one\n", new RayError("Unavailable", "the connection broke")]],
  ])("tells the log once and to its end, though the stream is %s", async (_, stream) => {
    const told: string[] = [];
    const clock = new HandClock();
    const ended = runJob(aDashboard(stream), {
      script: { name: "job.py", content: new Uint8Array() },
      submissionId: "x",
      clock,
      signal: new AbortController().signal,
      onLog: (text) => told.push(text),
    });
    await settled();
    await clock.turn(2000);
    expect((await ended).event).toMatchObject({ status: "SUCCEEDED", result: "two" });
    expect(told.join("")).toBe("one\ntwo\n");
    expect(told).not.toContain("");
  });
});

/** Its job runs for two looks; its log says `one` and `two`; its stream says what it is told to, and never ends. */
function aDashboard(stream: readonly (string | RayError)[]): RayDashboard {
  let looks = 0;
  const job = async () => aJob({ status: looks++ < 2 ? "RUNNING" : "SUCCEEDED" });
  async function* tailJobLogs(): AsyncGenerator<string> {
    for (const part of stream) {
      if (part instanceof RayError) throw part;
      yield part;
    }
    await new Promise(() => undefined);
  }
  return {
    version: async () => ({ apiVersion: "4", rayVersion: "2", rayCommit: "" }),
    uploadWorkingDir: async () => "gcs://x.zip",
    submitJob: async () => ({ submissionId: "x" }),
    jobLogs: async () => "one\ntwo\n",
    job,
    tailJobLogs,
  } as Partial<RayDashboard> as RayDashboard;
}

function aJob(job: Partial<JobDetails>): JobDetails {
  return { type: "SUBMISSION", status: "RUNNING", entrypoint: "python job.py", submissionId: "x", ...job };
}
