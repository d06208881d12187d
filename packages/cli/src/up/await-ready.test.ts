import type { KubeObject } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { isObjectReady } from "./await-ready.ts";

describe("isObjectReady()", () => {
  it("takes a pod for ready when its condition says so, or when it has succeeded", () => {
    expect(isObjectReady(anObject("Pod", {}))).toBe(false);
    expect(isObjectReady(anObject("Pod", { conditions: [{ type: "Ready", status: "False" }] }))).toBe(false);
    expect(isObjectReady(anObject("Pod", { conditions: [{ type: "Ready", status: "True" }] }))).toBe(true);
    expect(isObjectReady(anObject("Pod", { phase: "Succeeded" }))).toBe(true);
  });

  it("takes an object that says nothing of itself for ready by being there", () => {
    expect(isObjectReady(anObject("ConfigMap", undefined))).toBe(true);
    expect(
      isObjectReady(anObject("Deployment", { conditions: [{ type: "Available", status: "False" }] })),
    ).toBe(false);
  });
});

function anObject(kind: string, status: unknown): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name: "x" }, status } as KubeObject;
}
