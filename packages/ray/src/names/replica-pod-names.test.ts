import type { Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { aRayCluster, aRayPod } from "../testing/index.ts";
import { LABEL } from "../vocabulary/labels.ts";
import { nextNameFloor, podNames } from "./pod-names.ts";
import { replicaName } from "./replica-name.ts";
import { missingHostNames, type ReplicaNamesView, replicaPodNames } from "./replica-pod-names.ts";

const cluster = aRayCluster();
const fresh: ReplicaNamesView = { cluster, group: "workers", pods: [], floor: 0, hosts: 2 };
const [first = [], second = []] = replicaPodNames({ ...fresh, count: 2 });
const nameOfFirst = replicaName("workers", first[0] ?? "");

describe("replicaPodNames()", () => {
  it("are the names of workers that stand alone, so many in a row as a replica has hosts", () => {
    expect([...first, ...second]).toEqual(podNames({ ...fresh, count: 4 }));
  });

  it("pass over numbers that are not free as a whole", () => {
    const listing = aRayCluster({ workers: [{ scaleStrategy: { workersToDelete: [first[1] ?? ""] } }] });
    const [, , third] = podNames({ ...fresh, count: 3 });
    expect(replicaPodNames({ ...fresh, cluster: listing, count: 1 })[0]?.[0]).toBe(third);
  });

  it("leave the numbers of a replica of which one pod is seen to that replica", () => {
    const pods = [host(1, second)];
    expect(replicaPodNames({ ...fresh, pods, count: 1 })).toEqual([first]);
    expect(missingHostNames({ ...fresh, pods }, replicaName("workers", second[0] ?? ""))).toEqual(
      new Map([[0, second[0]]]),
    );
  });
});

describe("missingHostNames()", () => {
  it("is nothing for a replica that is whole", () => {
    expect(missingHostNames({ ...fresh, pods: [host(0), host(1)] }, nameOfFirst)).toEqual(new Map());
  });

  it("knows no name for a host that has been there before", () => {
    const floor = nextNameFloor({ ...fresh, pods: [host(0), host(1)] });
    expect(missingHostNames({ ...fresh, pods: [host(0)], floor }, nameOfFirst)).toBeUndefined();
    const ending = {
      ...host(1),
      metadata: { ...host(1).metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    };
    expect(missingHostNames({ ...fresh, pods: [host(0), ending] }, nameOfFirst)).toBeUndefined();
  });

  it("knows no name for the hosts of a replica that somebody else has named", () => {
    const stranger = aRayPod(cluster, "c-workers-worker-zzzzz", {
      group: "workers",
      metadata: { labels: { [LABEL.replicaName]: "workers-q2w4x", [LABEL.hostIndex]: "0" } },
    });
    expect(missingHostNames({ ...fresh, pods: [stranger] }, "workers-q2w4x")).toBeUndefined();
  });
});

function host(index: number, names: readonly string[] = first): Pod {
  const pod = aRayPod(cluster, names[index] ?? "", { group: "workers" });
  const place = {
    [LABEL.replicaName]: replicaName("workers", names[0] ?? ""),
    [LABEL.hostIndex]: String(index),
  };
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...place } } };
}
