import { describe, expect, it } from "vitest";
import { parseManifest } from "./read-manifests.ts";

describe("parseManifest()", () => {
  it("reads every document and opens lists", () => {
    const text = [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}",
      "# nothing here",
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: b}}",
    ].join("\n---\n");
    expect(parseManifest(text, "x.yaml").map(({ object }) => object.metadata.name)).toEqual(["a", "b"]);
  });

  it("names the file and the document whose YAML is broken", () => {
    expect(() => parseManifest("a: 1\n---\nb: [", "x.yaml")).toThrow(
      /^Cannot read x\.yaml, document 2: .+ at line 3/,
    );
  });

  it("names the field that an object lacks", () => {
    expect(() => parseManifest("apiVersion: v1\nmetadata: {name: a}", "x.yaml")).toThrow(
      "Cannot apply x.yaml: kind is missing",
    );
    expect(() => parseManifest("apiVersion: v1\nkind: Pod", "x.yaml")).toThrow("metadata.name is missing");
  });

  it("refuses a key that stands twice, of which YAML would silently keep one", () => {
    expect(() => parseManifest("apiVersion: v1\nkind: Pod\nkind: Pod", "x.yaml")).toThrow(
      "Map keys must be unique",
    );
  });
});
