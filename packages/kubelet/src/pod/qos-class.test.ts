import type { ResourceRequirements } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { aContainer, aPod } from "../testing/fixtures.ts";
import { qosClass } from "./qos-class.ts";

describe("qosClass()", () => {
  it.each<[string, ResourceRequirements]>([
    ["BestEffort", {}],
    ["BestEffort", { limits: { cpu: "0" } }],
    ["Burstable", { requests: { cpu: "1" } }],
    ["Burstable", { limits: { cpu: "1" } }],
    ["Burstable", { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } }],
    ["Guaranteed", { limits: { cpu: "1", memory: "1Gi" } }],
    ["Guaranteed", { requests: { cpu: "1000m", memory: "1024Mi" }, limits: { cpu: "1", memory: "1Gi" } }],
  ])("is %s for %j", (expected, resources) => {
    expect(qosClass(aPod({ spec: { containers: [aContainer({ resources })] } }))).toBe(expected);
  });
});
