import type { KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { jsonPath } from "./json-path.ts";
import { printerColumns } from "./printer-columns.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");

const OBJECT = {
  apiVersion: "x.io/v1",
  kind: "Thing",
  metadata: { name: "a", creationTimestamp: "2026-01-01T00:55:00Z", labels: { "a.b/c": "d" } },
  status: {
    replicas: 3,
    ready: true,
    tags: ["x", "y"],
    conditions: [
      { type: "Ready", status: "True", weight: 2 },
      { type: "Other", status: "False" },
    ],
  },
} as KubeObject;

describe("jsonPath", () => {
  const paths: readonly (readonly [path: string, found: readonly unknown[]])[] = [
    [".status.replicas", [3]],
    ["{.status.replicas}", [3]],
    [".status.tags[0]", ["x"]],
    [".status.tags[-1]", ["y"]],
    [".status.tags[*]", ["x", "y"]],
    [".metadata.labels['a.b/c']", ["d"]],
    [".metadata.labels.a\\.b/c", ["d"]],
    ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
    [".status.conditions[?(@.type != 'Ready')].status", ["False"]],
    [".status.conditions[?(@.weight>1)].type", ["Ready"]],
    [".status.conditions[?(@.weight)].type", ["Ready"]],
    [".status.missing.deeper", []],
    [".metadata.toString", []],
  ];

  it.each(paths)("%s", (path, found) => {
    expect(jsonPath(path)(OBJECT)).toEqual(found);
  });

  it("says what it cannot read", () => {
    expect(() => jsonPath(".a[?")).toThrow('Cannot read JSON path ".a[?": unexpected "[?"');
  });
});

describe("printerColumns", () => {
  it("begin with the name, and end with the age where the author wants nothing special", () => {
    const cells = printerColumns(undefined).map(({ name, cell }) => [name, cell(OBJECT, NOW)]);
    expect(cells).toEqual([
      ["Name", "a"],
      ["Age", "5m"],
    ]);
  });

  it("show each type as kubectl expects it, and nothing where there is nothing", () => {
    const columns = printerColumns([
      { name: "count", type: "integer", jsonPath: ".status.replicas" },
      { name: "ready", type: "boolean", jsonPath: ".status.ready" },
      { name: "tags", type: "string", jsonPath: ".status.tags", priority: 1 },
      { name: "born", type: "date", jsonPath: ".metadata.creationTimestamp" },
      { name: "gone", type: "string", jsonPath: ".status.gone" },
      { name: "odd", type: "integer", jsonPath: ".status.ready" },
    ]);
    expect(columns.slice(1).map(({ cell }) => cell(OBJECT, NOW))).toEqual([
      3,
      true,
      '["x","y"]',
      "5m",
      null,
      null,
    ]);
    expect(columns[3]?.priority).toBe(1);
  });
});
