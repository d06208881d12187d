import { describe, expect, it } from "vitest";
import { statusError } from "./status-error.ts";

const STATUS = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };

describe("statusError()", () => {
  it("keeps all that Kubernetes says", () => {
    const details = {
      name: "p",
      group: "apps",
      kind: "deployments",
      uid: "7",
      causes: [
        { reason: "FieldValueRequired", message: "Required value", field: "spec.x" },
        { message: "odd" },
      ],
      retryAfterSeconds: 3,
    };
    const status = { ...STATUS, message: "it is wrong", reason: "Invalid", details, code: 422 };
    const error = statusError({ code: 422, body: JSON.stringify(status) });
    expect(error).toMatchObject({ name: "KubeError", reason: "Invalid", message: "it is wrong", code: 422 });
    expect(error.options).toEqual({
      about: { name: "p", group: "apps", kind: "deployments", uid: "7" },
      causes: [
        { reason: "FieldValueRequired", message: "Required value", field: "spec.x" },
        { reason: "", message: "odd", field: "" },
      ],
      retryAfterSeconds: 3,
    });
  });

  it("keeps the token under which a list goes on", () => {
    const status = { ...STATUS, metadata: { continue: "abc" }, reason: "Expired" };
    const { reason, options } = statusError({ code: 410, body: JSON.stringify(status) });
    expect([reason, options.continueToken]).toEqual(["Expired", "abc"]);
  });

  it.each([
    ["InternalError", 500, "Internal"],
    ["ServiceUnavailable", 503, "Unavailable"],
    ["ServerTimeout", 500, "Timeout"],
    ["AlreadyExists", 409, "AlreadyExists"],
    ["NewReason", 409, "Conflict"],
    ["constructor", 400, "BadRequest"],
  ])("reads reason %s with code %i as %s", (reason, code, expected) => {
    expect(statusError({ code, body: JSON.stringify({ ...STATUS, reason }) }).reason).toBe(expected);
  });

  it.each([
    [429, "TooManyRequests"],
    [502, "Unavailable"],
    [504, "Timeout"],
    [500, "Internal"],
    [418, "BadRequest"],
    [301, "BadRequest"],
  ])("makes something of a %i that is not Kubernetes'", (code, reason) => {
    const error = statusError({ code, body: "<html>busy</html>", retryAfter: "5" });
    expect(error).toMatchObject({ reason, message: `the server answered ${code}: <html>busy</html>` });
    expect(error.options.retryAfterSeconds).toBe(5);
  });

  it("believes no Retry-After that is no number of seconds", () => {
    const retryAfter = "Wed, 21 Oct 2026 07:28:00 GMT";
    expect(statusError({ code: 429, body: "", retryAfter }).options).toEqual({});
  });
});
