import { expect, it } from "vitest";
import { bodyOf, rawJson } from "./read-body.ts";

it("a body in an encoding is refused with what to do, and the old routes take it for none", () => {
  const raw = rawJson("\u001f\ufffd", "gzip");
  expect(() => bodyOf(raw, "v1")).toThrow("Send the body as it is, without Content-Encoding");
  expect(bodyOf(raw, "client")).toEqual({});
  expect(bodyOf(rawJson('{"replicas":1}', "Identity"), "v1")).toEqual({ replicas: 1 });
});
