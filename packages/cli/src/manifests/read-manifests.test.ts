import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseManifest, readManifests } from "./read-manifests.ts";

describe("readManifests()", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manifests-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("reads the manifests of a folder by name, and nothing else in it", async () => {
    for (const name of ["b.yaml", "a.yml", "c.json"]) {
      await writeFile(
        join(folder, name),
        `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"${name}"}}`,
      );
    }
    await writeFile(join(folder, "notes.md"), "- no manifest");
    const objects = await readManifests([folder]);
    expect(objects.map(({ object }) => object.metadata.name)).toEqual(["a.yml", "b.yaml", "c.json"]);
  });

  it("refuses a file that is not there, and one in which nothing is", async () => {
    const file = join(folder, "x.yaml");
    await expect(readManifests([file])).rejects.toThrow(`Cannot read ${file}: it is not there`);
    await writeFile(file, "# later\n");
    await expect(readManifests([file])).rejects.toThrow(`Cannot apply ${file}: no object is in it`);
  });
});

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
