import { expect, it } from "vitest";
import { bearerToken } from "./bearer-token.ts";

it.each([
  ["Bearer abc", "abc"],
  ["bearer  a.b-c_d=", "a.b-c_d="],
  ["Bearer", undefined],
  ["Bearer a b", undefined],
  ["Basic abc", undefined],
  ["xBearer abc", undefined],
  [undefined, undefined],
])("bearerToken(%j) is %j", (header, token) => {
  expect(bearerToken(header)).toBe(token);
});
