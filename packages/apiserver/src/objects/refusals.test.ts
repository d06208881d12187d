import { create } from "@bufbuild/protobuf";
import {
  AutoscalerOptionsSchema,
  EnvironmentVariablesSchema,
  RayJobSubmissionSchema,
  VolumeSchema,
} from "@heliostat/proto";
import { describe, expect, it } from "vitest";
import { autoscalerOptions } from "./clusters/autoscaler-options.ts";
import { envVars, mergedEnvVars } from "./pods/environment.ts";
import { podVolumes } from "./pods/volumes.ts";
import { goText } from "./submissions/go-text.ts";
import { jobRequest } from "./submissions/job-request.ts";
import { goTimeText } from "./times.ts";

describe("volumes", () => {
  it.each([
    [{ volumeType: 2 }, "storage for ephemeral volume is empty"],
    [{ volumeType: 2, storage: "big" }, "storage for ephemeral volume is not specified correctly"],
    [{ volumeType: 5, storage: "big" }, "storage for empty dir volume is not specified correctly"],
    [{ volumeType: 9 }, "volumeType must be 0 to 5, but is 9"],
  ])("refuse %j in KubeRay's words", (volume, text) => {
    const message = create(VolumeSchema, { name: "v", ...volume } as never);
    expect(() => podVolumes([message])).toThrow(expect.objectContaining({ code: "InvalidArgument" }));
    expect(() => podVolumes([message])).toThrow(text);
  });
});

describe("autoscaler options", () => {
  it.each([
    [{ cpu: "lots" }, "cpu for autoscaler is not specified correctly"],
    [{ memory: "lots" }, "memory for autoscaler is not specified correctly"],
    [
      { upscalingMode: "string" },
      "autoscalerOptions.upscalingMode must be Conservative, Default, Aggressive",
    ],
  ])("refuse %j", (options, text) => {
    expect(() => autoscalerOptions(create(AutoscalerOptionsSchema, options))).toThrow(text);
  });

  it("ask for resources only where one is named, and for both then", () => {
    expect(autoscalerOptions(create(AutoscalerOptionsSchema))).toEqual({});
    const amounts = { cpu: "500m", memory: "1Gi" };
    const { resources } = autoscalerOptions(create(AutoscalerOptionsSchema, { memory: "1Gi" }));
    expect(resources).toEqual({ requests: amounts, limits: amounts });
  });
});

describe("environment variables", () => {
  it("are sorted, since maps have no order", () => {
    const message = create(EnvironmentVariablesSchema, { values: { B: "2", A: "1" } });
    expect(envVars(message).map(({ name }) => name)).toEqual(["A", "B"]);
  });

  it("stand once: the last of a name, in the place of the first", () => {
    expect(mergedEnvVars([{ name: "A" }, { name: "B" }], [{ name: "A", value: "2" }])).toEqual([
      { name: "A", value: "2" },
      { name: "B" },
    ]);
  });

  it("refuse a source that is none", () => {
    const valuesFrom = { X: { source: 7 as never, name: "n", key: "k" } };
    expect(() => envVars(create(EnvironmentVariablesSchema, { valuesFrom }))).toThrow(
      "valuesFrom.source must be 0 to 3",
    );
  });
});

describe("goText()", () => {
  it.each([
    [{ b: "2", a: { c: [1, "x"] } }, "map[a:map[c:[1 x]] b:2]"],
    [{ env_vars: { counter_name: "test_counter" } }, "map[env_vars:map[counter_name:test_counter]]"],
    [null, "<nil>"],
    [true, "true"],
    [[], "[]"],
    [0, "0"],
    [1.5, "1.5"],
    [123_456, "123456"],
    [1_000_000, "1e+06"],
    [1_234_567, "1.234567e+06"],
    [0.000_01, "1e-05"],
    [-2, "-2"],
  ])("of %j is %s", (value, text) => expect(goText(value)).toBe(text));
});

describe("goTimeText()", () => {
  it.each([
    ["2026-08-19T10:11:12.120Z", "2026-08-19 10:11:12.12 +0000 UTC"],
    ["2026-08-19T10:11:12.000Z", "2026-08-19 10:11:12 +0000 UTC"],
    ["2026-08-19T10:11:12.007Z", "2026-08-19 10:11:12.007 +0000 UTC"],
  ])("of %s is %s", (time, text) => expect(goTimeText(Date.parse(time))).toBe(text));
});

describe("jobRequest()", () => {
  it.each(["-1", "", "NaN", "1Gi"])("refuses the amount %j", (amount) => {
    const submission = create(RayJobSubmissionSchema, {
      entrypoint: "x",
      entrypointResources: { a: amount },
    });
    expect(() => jobRequest(submission)).toThrow("jobsubmission.entrypointResources.a must be a number");
  });
});
