import { describe, expect, it } from "vitest";
import { UserError } from "../user-error.ts";
import { type ChoiceOptions, choosePods } from "./choose-runtime.ts";

const REFUSED = { isPossible: false, reason: "this looks like a container" } as const;

describe("choosePods()", () => {
  it("simulates where sandboxes are refused and nothing was asked for, and never takes plain processes", async () => {
    expect(await choosePods(options())).toMatchObject({
      runtime: "simulated",
      why: expect.stringContaining(REFUSED.reason),
    });
  });

  it("refuses to give sandboxes in name only", async () => {
    await expect(choosePods(options({ pods: "sandbox" }))).rejects.toThrow(UserError);
  });

  it("does not ask for sandboxes when processes are wanted, but does want a Ray", async () => {
    const canSandbox = () => Promise.reject(new Error("asked"));
    const wanted = options({ pods: "process", ray: "/no/such/ray", canSandbox });
    await expect(choosePods(wanted)).rejects.toThrow("Cannot use --ray /no/such/ray");
  });

  it("simulates when that is asked for, whatever the machine can do", async () => {
    const canSandbox = async () => ({ isPossible: true }) as const;
    expect(await choosePods(options({ pods: "simulated", canSandbox }))).toMatchObject({
      runtime: "simulated",
    });
  });
});

function options(given: Partial<ChoiceOptions> = {}): ChoiceOptions {
  return {
    ray: undefined,
    canSandbox: async () => REFUSED,
    cacheFolder: "/no/such/cache",
    searchPath: "",
    signal: new AbortController().signal,
    onProgress: () => {},
    ...given,
  };
}
