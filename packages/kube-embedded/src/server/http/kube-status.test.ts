import { KubeError } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { failureStatus, successStatus } from "./kube-status.ts";

describe("failureStatus()", () => {
  it("has the form that clients branch on", () => {
    const error = new KubeError("NotFound", 'pods "x" not found', { about: { kind: "pods", name: "x" } });
    expect(failureStatus(error)).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: 'pods "x" not found',
      reason: "NotFound",
      details: { kind: "pods", name: "x" },
      code: 404,
    });
  });

  it("spells the reasons as Kubernetes does", () => {
    expect(failureStatus(new KubeError("Internal", "x"))).toMatchObject({
      reason: "InternalError",
      code: 500,
    });
    expect(failureStatus(new KubeError("Unavailable", "x"))).toMatchObject({
      reason: "ServiceUnavailable",
      code: 503,
    });
  });

  it("tells nothing of our own bugs", () => {
    expect(JSON.stringify(failureStatus(new TypeError("secret is undefined")))).not.toContain("secret");
  });

  it("hands over the token with which an expired list goes on", () => {
    const status = failureStatus(new KubeError("Expired", "too old", { continueToken: "abc" }));
    expect(status.metadata).toEqual({ continue: "abc" });
  });
});

describe("successStatus()", () => {
  it("names what was done to whom", () => {
    expect(successStatus({ name: "x", kind: "pods" })).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Success",
      details: { name: "x", kind: "pods" },
    });
  });
});
