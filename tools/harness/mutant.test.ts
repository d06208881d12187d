import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { mutantFrom } from "./mutant.ts";
import { mutantFiles } from "./trial.ts";

describe("mutantFrom()", () => {
  it.each(mutantFiles().map((file) => [basename(file), file]))("finds the text of %s once", (_, file) => {
    expect(() => mutantFrom(file)).not.toThrow();
  });
});
