import { describe, expect, it } from "vitest";
import { aContainer, aPod } from "../testing/fixtures.ts";
import { type DownwardFacts, fieldText, resourceText } from "./downward-api.ts";

const FACTS: DownwardFacts = {
  pod: aPod({
    metadata: { labels: { "ray.io/group": "small", app: 'say "hi"' }, annotations: { note: "x" } },
    spec: {
      serviceAccountName: "ray",
      containers: [
        aContainer({ resources: { limits: { cpu: "1100m", memory: "2Gi" }, requests: { cpu: "250m" } } }),
        aContainer({ name: "bare" }),
      ],
    },
  }),
  nodeName: "laptop",
  hostIp: "10.244.0.1",
  podIp: "10.244.0.9",
  allocatable: { cpu: "64", memory: "256Gi" },
};

describe("fieldText()", () => {
  it.each([
    ["metadata.name", "demo"],
    ["metadata.namespace", "default"],
    ["metadata.uid", "uid-1"],
    ["metadata.labels['ray.io/group']", "small"],
    ["metadata.labels['absent']", ""],
    ["metadata.annotations['note']", "x"],
    ["metadata.labels", 'app="say \\"hi\\""\nray.io/group="small"'],
    ["spec.nodeName", "laptop"],
    ["spec.serviceAccountName", "ray"],
    ["status.hostIP", "10.244.0.1"],
    ["status.podIP", "10.244.0.9"],
    ["status.podIPs", "10.244.0.9"],
  ])("%s is %s", (path, expected) => {
    expect(fieldText(FACTS, path)).toBe(expected);
  });

  it("refuses a field that Kubernetes does not offer", () => {
    expect(() => fieldText(FACTS, "spec.hostname")).toThrow("unsupported fieldPath: spec.hostname");
  });
});

describe("resourceText()", () => {
  it.each([
    [{ resource: "limits.cpu" }, "2"],
    [{ resource: "limits.cpu", divisor: "1m" }, "1100"],
    [{ resource: "limits.memory" }, "2147483648"],
    [{ resource: "limits.memory", divisor: "1Mi" }, "2048"],
    [{ resource: "limits.memory", divisor: "0" }, "2147483648"],
    [{ resource: "requests.cpu", divisor: "1m" }, "250"],
    [{ resource: "requests.memory" }, "0"],
    [{ resource: "limits.cpu", containerName: "bare" }, "64"],
  ])("%j is %s", (selector, expected) => {
    expect(resourceText(FACTS, selector, "main")).toBe(expected);
  });

  it("refuses an unknown container or resource", () => {
    expect(() => resourceText(FACTS, { resource: "limits.cpu", containerName: "x" })).toThrow(
      "container x not found",
    );
    expect(() => resourceText(FACTS, { resource: "usage.cpu" }, "main")).toThrow(
      "unsupported container resource",
    );
  });
});
