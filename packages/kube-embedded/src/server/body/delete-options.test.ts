import { describe, expect, it } from "vitest";
import { deletionRequest } from "./delete-options.ts";

const none = new URLSearchParams();

describe("deletionRequest()", () => {
  it("reads the body", () => {
    const body = {
      propagationPolicy: "Foreground",
      gracePeriodSeconds: 0,
      preconditions: { uid: "u" },
      dryRun: ["All"],
    };
    expect(deletionRequest(body, none)).toEqual({
      propagationPolicy: "Foreground",
      gracePeriodSeconds: 0,
      preconditions: { uid: "u" },
      isDryRun: true,
    });
  });

  it("reads the query where there is no body", () => {
    const query = new URLSearchParams("gracePeriodSeconds=5&propagationPolicy=Orphan&dryRun=All");
    expect(deletionRequest(null, query)).toEqual({
      gracePeriodSeconds: 5,
      propagationPolicy: "Orphan",
      isDryRun: true,
    });
    expect(deletionRequest(null, none)).toEqual({ isDryRun: false });
  });

  it("keeps Kubernetes' old habits", () => {
    expect(deletionRequest({ orphanDependents: true }, none)).toMatchObject({ propagationPolicy: "Orphan" });
    expect(deletionRequest({ orphanDependents: false }, none)).toMatchObject({
      propagationPolicy: "Background",
    });
    expect(deletionRequest({ gracePeriodSeconds: -1 }, none)).toMatchObject({ gracePeriodSeconds: 1 });
  });

  it("refuses what cannot be", () => {
    expect(() => deletionRequest({ orphanDependents: true, propagationPolicy: "Orphan" }, none)).toThrow(
      "cannot be both set",
    );
    expect(() => deletionRequest({ propagationPolicy: "Never" }, none)).toThrow('Unsupported value: "Never"');
    expect(() => deletionRequest({ gracePeriodSeconds: "5" }, none)).toThrow(
      "gracePeriodSeconds is no number",
    );
    expect(() => deletionRequest({ kind: "Pod" }, none)).toThrow("Cannot read the delete options");
    expect(() => deletionRequest(null, new URLSearchParams("dryRun=Some"))).toThrow(
      'Unsupported value: "Some"',
    );
  });
});
