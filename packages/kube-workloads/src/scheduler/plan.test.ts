import type { Node, Pod, PodSpec } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { emptyNode, type NodeView, withPods } from "./node-view.ts";
import { planBindings } from "./plan.ts";
import { requestsOf } from "./requests.ts";

const NOT_HELPFUL = "Preemption is not helpful for scheduling";
const NO_VICTIMS = "No preemption victims found for incoming pod";

describe("planBindings()", () => {
  it("says so when there are no nodes at all", () => {
    expect(verdictOn(pod(), [])).toEqual({ unschedulable: "no nodes available to schedule pods" });
  });

  it.each([
    ["Insufficient cpu", pod({ containers: [container({ cpu: "5" })] }), node("a"), NOT_HELPFUL],
    ["Insufficient memory", pod({ containers: [container({ memory: "9Gi" })] }), node("a"), NOT_HELPFUL],
    [
      "Insufficient nvidia.com/gpu",
      pod({ containers: [container({ "nvidia.com/gpu": 1 })] }),
      node("a"),
      NOT_HELPFUL,
    ],
    [
      "Too many pods",
      pod(),
      node("a", { status: { allocatable: { pods: "0", cpu: "4", memory: "8Gi" } } }),
      NO_VICTIMS,
    ],
    ["node(s) were unschedulable", pod(), node("a", { spec: { unschedulable: true } }), NOT_HELPFUL],
    [
      "node(s) had untolerated taint {gpu: yes}",
      pod(),
      node("a", { spec: { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] } }),
      NOT_HELPFUL,
    ],
    [
      "node(s) didn't match Pod's node affinity/selector",
      pod({ nodeSelector: { zone: "b" } }),
      node("a"),
      NOT_HELPFUL,
    ],
  ])("says %s in Kubernetes' words", (reason, ...[unlucky, place, preemption]) => {
    expect(verdictOn(unlucky, [place])).toEqual({
      unschedulable: `0/1 nodes are available: 1 ${reason}. preemption: 0/1 nodes are available: 1 ${preemption}.`,
    });
  });

  it("says what is missing where room is taken by pods of the same priority", () => {
    const big = pod({ containers: [container({ cpu: "3" })] });
    expect(verdictOn(big, [withPods(view(node("a")), [big])])).toEqual({
      unschedulable:
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    });
  });

  it("counts the nodes by reason, all shortages of a node included", () => {
    const big = pod({ containers: [container({ cpu: "5", memory: "9Gi" })] });
    const nodes = [node("a"), node("b"), node("c", { spec: { unschedulable: true } })];
    expect(verdictOn(big, nodes)).toEqual({
      unschedulable:
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 2 Insufficient memory. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
    });
  });

  it("gives room to the pod of higher priority, then to the older one", () => {
    const asking = { containers: [container({ cpu: "4" })] };
    const [old, young] = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"];
    const meek = { ...pod(asking), metadata: { name: "meek", creationTimestamp: old } };
    const late = { ...pod(asking), metadata: { name: "late", creationTimestamp: young } };
    const urgent = {
      ...pod({ ...asking, priority: 9 }),
      metadata: { name: "urgent", creationTimestamp: young },
    };
    expect(boundFirst([late, meek])).toBe("meek");
    expect(boundFirst([late, meek, urgent])).toBe("urgent");
  });

  it("counts what other pods have taken", () => {
    const taken = requestsOf(pod({ containers: [container({ cpu: "3500m" })] }));
    const half = pod({ containers: [container({ cpu: "500m" })] });
    const more = pod({ containers: [container({ cpu: "501m" })] });
    expect(verdictOn(half, [view(node("a"), { used: taken })])).toEqual({ nodeName: "a" });
    expect(verdictOn(more, [view(node("a"), { used: taken })])).toHaveProperty("unschedulable");
  });

  it("prefers the node that is left with the largest free share, then the first by name", () => {
    const used = new Map([["cpu", 1000]]);
    expect(verdictOn(pod(), [view(node("a"), { used }), view(node("b"))])).toEqual({ nodeName: "b" });
    expect(verdictOn(pod(), [node("b"), node("a")])).toEqual({ nodeName: "a" });
  });

  it("tolerates a taint by key, by value, or altogether", () => {
    const tainted = node("a", { spec: { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] } });
    const tolerations = [
      [{ key: "gpu", operator: "Exists" }],
      [{ key: "gpu", value: "yes" }],
      [{ operator: "Exists" }],
    ];
    for (const each of tolerations)
      expect(verdictOn(pod({ tolerations: each }), [tainted])).toEqual({ nodeName: "a" });
    const wrong = [{ key: "gpu", value: "no" }];
    expect(verdictOn(pod({ tolerations: wrong }), [tainted])).toHaveProperty("unschedulable");
  });

  it("keeps pods off a node that is not ready", () => {
    const conditions = [{ type: "Ready", status: "False" }];
    const unready = node("a", { status: { ...node("a").status, conditions } });
    expect(verdictOn(pod(), [unready])).toEqual({
      unschedulable:
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    });
  });

  it("gives a host port to one pod of a node", () => {
    const ports = [{ containerPort: 80, hostPort: 8080 }];
    const greedy = pod({ containers: [{ name: "main", ports }] });
    const hostPorts = new Set(["TCP/8080"]);
    expect(verdictOn(greedy, [view(node("a"), { hostPorts })])).toEqual({
      unschedulable:
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    });
  });

  it.each([
    ["In", ["a", "b"], true],
    ["NotIn", ["a"], false],
    ["Exists", undefined, true],
    ["DoesNotExist", undefined, false],
    ["Gt", ["1"], false],
  ])("heeds required node affinity with %s %j", (operator, values, fits) => {
    const requirement = { key: "zone", operator, ...(values && { values }) };
    const terms = { nodeSelectorTerms: [{ matchExpressions: [requirement] }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } };
    const place = node("n", { metadata: { name: "n", labels: { zone: "a" } } });
    expect(Object.keys(verdictOn(pod({ affinity }), [place]))).toEqual([fits ? "nodeName" : "unschedulable"]);
  });
});

describe("requestsOf()", () => {
  it("takes the larger of what runs together and what each start needs, with overhead", () => {
    const requests = requestsOf(
      pod({
        containers: [container({ cpu: "1", memory: "1Gi" }), container({ cpu: "500m" })],
        initContainers: [
          { ...container({ cpu: "100m" }), restartPolicy: "Always" },
          container({ memory: "3Gi" }),
        ],
        overhead: { cpu: "50m" },
      }),
    );
    expect(Object.fromEntries(requests)).toEqual({ cpu: 1650, memory: 3 * 2 ** 30 });
  });

  it("lets a limit stand in for a request that is not given", () => {
    const limited = { name: "main", resources: { limits: { cpu: "2" }, requests: { memory: "1" } } };
    expect(Object.fromEntries(requestsOf(pod({ containers: [limited] })))).toEqual({ cpu: 2000, memory: 1 });
  });
});

/** The pod that gets the only room there is. */
function boundFirst(pods: readonly Pod[]): string | undefined {
  const bound = planBindings(pods, [view(node("a"))]).filter((verdict) => "nodeName" in verdict);
  expect(bound).toHaveLength(1);
  return bound[0]?.pod.metadata.name;
}

function verdictOn(unbound: Pod, places: readonly (Node | NodeView)[]): object {
  const [verdict] = planBindings(
    [unbound],
    places.map((place) => ("node" in place ? place : view(place))),
  );
  const { pod: _, ...rest } = verdict ?? {};
  return rest;
}

function view(place: Node, more: Partial<NodeView> = {}): NodeView {
  return { ...emptyNode(place), ...more };
}

function node(name: string, more: Partial<Node> = {}): Node {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "110" };
  return { apiVersion: "v1", kind: "Node", metadata: { name }, status: { allocatable }, ...more };
}

function pod(spec: Partial<PodSpec> = {}): Pod {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "pod" }, spec: { containers: [], ...spec } };
}

function container(requests: Record<string, string | number>): PodSpec["containers"][number] {
  return { name: "main", resources: { requests } };
}
