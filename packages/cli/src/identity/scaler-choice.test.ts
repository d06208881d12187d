import { expect, it } from "vitest";
import { scalerIdentityChoice } from "./scaler-choice.ts";

it.each([
  ["domino", { provider: "domino" }],
  ["kubernetes", { provider: "kubernetes" }],
  ["oidc", { provider: "oidc" }],
  ["static=a/b=c.yaml", { provider: "static", file: "a/b=c.yaml" }],
  ["static", undefined],
  ["static=", undefined],
  ["none", undefined],
])("scalerIdentityChoice(%j) is %j", (text, choice) => {
  expect(scalerIdentityChoice(text)).toEqual(choice);
});
