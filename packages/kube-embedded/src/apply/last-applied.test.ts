import type { KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { fieldType } from "../testing/apply-steps.ts";
import { fieldsLastApplied, withLastApplied } from "./last-applied.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const TYPE = fieldType({ type: "object", "x-kubernetes-preserve-unknown-fields": true });

describe("what kubectl applied last on its own", () => {
  const live = object({ kept: 1, changed: 2 }, { apiVersion: "v1", kept: 1, changed: 1, gone: 1 });

  it("may be applied on the server as far as it still stands", () => {
    expect(fieldsLastApplied(live, "kubectl", TYPE)).toEqual({ "f:apiVersion": {}, "f:kept": {} });
  });

  it("counts for kubectl alone, in the same version, and if it can be read", () => {
    expect(fieldsLastApplied(live, "helm", TYPE)).toEqual({});
    expect(fieldsLastApplied(undefined, "kubectl", TYPE)).toEqual({});
    expect(fieldsLastApplied(object({}, { apiVersion: "v2", kept: 1 }), "kubectl", TYPE)).toEqual({});
    expect(fieldsLastApplied(annotated("{"), "kubectl", TYPE)).toEqual({});
  });

  it("is brought up to date where it was, without itself", () => {
    const config = { spec: 1, metadata: { name: "x", annotations: { [LAST_APPLIED]: "old", other: "1" } } };
    const { annotations } = withLastApplied(live, config, "kubectl").metadata;
    expect(annotations?.[LAST_APPLIED]).toBe(
      `${JSON.stringify({ spec: 1, metadata: { name: "x", annotations: { other: "1" } } })}\n`,
    );
    expect(withLastApplied(live, config, "helm")).toBe(live);
    const plain = { apiVersion: "v1", kind: "Thing", metadata: { name: "x" } };
    expect(withLastApplied(plain, config, "kubectl")).toBe(plain);
  });

  it("goes when it has become too large", () => {
    const { annotations } = withLastApplied(live, { text: "x".repeat(300_000) }, "kubectl").metadata;
    expect(annotations).toEqual({});
  });
});

function object(content: object, lastApplied: object): KubeObject {
  return { ...annotated(JSON.stringify(lastApplied)), ...content };
}

function annotated(text: string): KubeObject {
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "x", annotations: { [LAST_APPLIED]: text } } };
}
