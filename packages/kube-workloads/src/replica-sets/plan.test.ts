import type { Pod, ReplicaSet } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { inDeletionOrder } from "./deletion-rank.ts";
import { planReplicaSet } from "./plan.ts";

const SELECTOR = { matchLabels: { app: "web" } };

const REPLICA_SET: ReplicaSet = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "web", namespace: "default", uid: "rs" },
  spec: { replicas: 2, selector: SELECTOR, template: { metadata: { labels: { app: "web" } } } },
};

describe("planReplicaSet()", () => {
  it("makes what is missing, each under a name of its own", () => {
    expect(planned([])).toEqual(["create web-1", "create web-2"]);
  });

  it("adopts what nobody controls, and makes only the rest", () => {
    expect(planned([pod("a", { metadata: { ownerReferences: [] } })])).toEqual(["patch a", "create web-1"]);
  });

  it("lets go what its selector no longer matches, and replaces it", () => {
    const gone = pod("a", { metadata: { labels: { app: "other" } } });
    expect(planned([gone, pod("b")])).toEqual(["patch a", "create web-1"]);
  });

  it("leaves alone what others control, and counts nothing that ends", () => {
    const other = [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "x", uid: "x", controller: true }];
    const ended = pod("b", { status: { phase: "Failed" } });
    const foreign = pod("a", { metadata: { ownerReferences: other } });
    expect(planned([foreign, ended, pod("c")])).toEqual(["create web-1"]);
  });

  it("does nothing while it is being deleted", () => {
    const { metadata } = REPLICA_SET;
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    expect(planned([], { ...REPLICA_SET, metadata: { ...metadata, deletionTimestamp } })).toEqual([]);
  });
});

describe("inDeletionOrder()", () => {
  it("gives up pods in Kubernetes' order", () => {
    const ready = (lastTransitionTime: string): Pod["status"] => ({
      phase: "Running",
      conditions: [{ type: "Ready", status: "True", lastTransitionTime }],
    });
    const annotations = { "controller.kubernetes.io/pod-deletion-cost": "-1" };
    const pods = [
      pod("old", { spec: on("n1"), status: ready("2026-01-01T00:00:00Z") }),
      pod("young", { spec: on("n2"), status: ready("2026-01-02T00:00:00Z") }),
      pod("crowded", { spec: on("n3"), status: ready("2026-01-01T00:00:00Z") }),
      pod("cheap", { metadata: { annotations }, spec: on("n3"), status: ready("2026-01-01T00:00:00Z") }),
      pod("unready", { spec: on("n4"), status: { phase: "Running" } }),
      pod("pending", { spec: on("n5"), status: { phase: "Pending" } }),
      pod("unbound", { status: { phase: "Pending" } }),
    ];
    const names = inDeletionOrder(pods).map(({ metadata }) => metadata.name);
    expect(names).toEqual(["unbound", "pending", "unready", "cheap", "crowded", "young", "old"]);
  });
});

/** What is done to whom. */
function planned(pods: readonly Pod[], replicaSet: ReplicaSet = REPLICA_SET): readonly string[] {
  let count = 0;
  const freshSuffix = () => {
    count += 1;
    return String(count);
  };
  const { actions } = planReplicaSet({ replicaSet, pods, nowMs: 0, freshSuffix });
  return actions.map((action) => {
    const name = action.do === "create" ? action.object.metadata.name : action.target.name;
    return `${action.do} ${name}`;
  });
}

interface Wishes {
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly spec?: Pod["spec"];
  readonly status?: Pod["status"];
}

function pod(name: string, { metadata, spec, status }: Wishes = {}): Pod {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "rs", controller: true };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, uid: name, labels: { app: "web" }, ownerReferences: [owner], ...metadata },
    ...(spec && { spec }),
    ...(status && { status }),
  };
}

function on(nodeName: string): NonNullable<Pod["spec"]> {
  return { containers: [], nodeName };
}
