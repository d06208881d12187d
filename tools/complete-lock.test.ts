import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completeLock } from "./complete-lock.ts";

describe("completeLock()", () => {
  it("adds the platform packages that the registry did not have, so that npm can skip them", () => {
    const lock = {
      packages: {
        "node_modules/tool": { dev: true, optionalDependencies: { "@tool/darwin-arm64": "1.2.3" } },
      },
    };
    expect(completeLock(lock).packages["node_modules/@tool/darwin-arm64"]).toEqual({
      version: "1.2.3",
      cpu: ["arm64"],
      dev: true,
      optional: true,
      os: ["darwin"],
    });
  });

  it("leaves what is there alone, nested installs included", () => {
    const packages = {
      "node_modules/a": { optionalDependencies: { b: "1.0.0" } },
      "node_modules/a/node_modules/b": { version: "1.0.0" },
    };
    expect(completeLock({ packages })).toEqual({ packages });
  });

  it("finds nothing to add to the committed lock", () => {
    const lock = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8"));
    expect(completeLock(lock)).toEqual(lock);
  });
});
