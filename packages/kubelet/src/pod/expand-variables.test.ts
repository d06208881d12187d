import { describe, expect, it } from "vitest";
import { expandVariables } from "./expand-variables.ts";

describe("expandVariables()", () => {
  const variables = { NAME: "ray", EMPTY: "", NESTED: "$(NAME)" };

  it.each([
    ["$(NAME)-head", "ray-head"],
    ["$(NAME)$(NAME)", "rayray"],
    ["[$(EMPTY)]", "[]"],
    ["$(UNKNOWN)", "$(UNKNOWN)"],
    ["$$(NAME)", "$(NAME)"],
    ["$$$(NAME)", "$ray"],
    ["$NAME is not one", "$NAME is not one"],
    ["$(NAME", "$(NAME"],
    ["$(NESTED)", "$(NAME)"],
    ["$(toString)", "$(toString)"],
    ["cost: 5$", "cost: 5$"],
    ["$()", "$()"],
  ])("turns %s into %s", (text, expected) => {
    expect(expandVariables(text, variables)).toBe(expected);
  });
});
