import { rayCrds } from "@heliostat/ray";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { crdsText } from "./crds.ts";

/** As plain JSON: parts of the schemas are one object in memory. */
const DEFINITIONS: unknown = JSON.parse(JSON.stringify(rayCrds()));

describe("crdsText()", () => {
  it("is the same in both formats", { timeout: 60_000 }, () => {
    expect(JSON.parse(crdsText("json"))).toEqual({ apiVersion: "v1", kind: "List", items: DEFINITIONS });
    const documents = parseAllDocuments(crdsText("yaml"));
    if ("empty" in documents) throw new Error("Cannot compare: nothing was printed");
    expect(documents.map((document) => document.toJS())).toEqual(DEFINITIONS);
  });

  it("has Domino's kinds when asked", () => {
    const names = (kinds: "domino" | "all"): string[] =>
      JSON.parse(crdsText("json", { kinds })).items.map(
        (each: { metadata: { name: string } }) => each.metadata.name,
      );
    expect(names("domino")).toContain("sparkclusters.distributed-compute.dominodatalab.com");
    expect(names("all")).toHaveLength(rayCrds().length + names("domino").length);
  });

  it("can be strict", () => {
    const rule = "minReplicas must not exceed maxReplicas";
    expect(crdsText("json", { isStrict: true })).toContain(rule);
    expect(crdsText("json")).not.toContain(rule);
  });

  it("has no aliases, which other readers of YAML limit", () => {
    expect(crdsText("yaml")).not.toMatch(/: [&*]a\d/);
  });
});
