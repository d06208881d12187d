import { isDns1123Label, type Pod } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aRayCluster, aRayPod } from "../testing/index.ts";
import { HEAD_GROUP } from "../vocabulary/labels.ts";
import { nameSequence, SEQUENCE_LENGTH } from "./name-sequence.ts";
import { nextNameFloor, type PodNamesView, podNames } from "./pod-names.ts";

const cluster = aRayCluster();
const fresh: PodNamesView = { cluster, group: "workers", pods: [], floor: 0 };

function worker(name: string): Pod {
  return aRayPod(cluster, name, { group: "workers" });
}

function terminating(name: string): Pod {
  const metadata = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  return aRayPod(cluster, name, { group: "workers", metadata });
}

describe("nameSequence()", () => {
  it("gives every number one suffix and every suffix one number", () => {
    const sequence = nameSequence("any");
    fc.assert(
      fc.property(fc.nat(SEQUENCE_LENGTH - 1), (number) => {
        expect(sequence.suffixOf(number)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
        expect(sequence.numberOf(sequence.suffixOf(number))).toBe(number);
      }),
    );
  });

  it("knows no number of what is no suffix", () => {
    expect(nameSequence("any").numberOf("aaaaa")).toBeUndefined();
    expect(nameSequence("any").numberOf("bcdfgh")).toBeUndefined();
  });

  it("begins anew after its length", () => {
    const { suffixOf } = nameSequence("any");
    expect(suffixOf(SEQUENCE_LENGTH + 7)).toBe(suffixOf(7));
  });
});

describe("podNames()", () => {
  const clusterName = fc.stringMatching(/^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$/);

  it("names are unique, valid host names of at most 63 characters, whatever the group is called", () => {
    fc.assert(
      fc.property(clusterName, fc.string({ minLength: 1 }), fc.nat(50), (name, group, count) => {
        const names = podNames({ ...fresh, cluster: aRayCluster({ metadata: { name } }), group, count });
        expect(new Set(names).size).toBe(count);
        expect(names.filter((each) => !isDns1123Label(each))).toEqual([]);
      }),
    );
  });

  it("the same view gives the same names", () => {
    expect(podNames({ ...fresh, count: 3 })).toEqual(podNames({ ...fresh, count: 3 }));
  });

  it("keeps KubeRay's form", () => {
    expect(podNames({ ...fresh, group: HEAD_GROUP, count: 1 })[0]).toMatch(/^c-head-[a-z0-9]{5}$/);
    expect(podNames({ ...fresh, count: 1 })[0]).toMatch(/^c-workers-worker-[a-z0-9]{5}$/);
  });

  it("a view that shows only some of the pods just created names exactly the others", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (isSeen) => {
        const created = podNames({ ...fresh, count: isSeen.length });
        const seen = created.filter((_, index) => isSeen[index]);
        const unseen = created.filter((_, index) => !isSeen[index]);
        const view = { ...fresh, pods: seen.map(worker) };
        expect(podNames({ ...view, floor: nextNameFloor(view), count: unseen.length })).toEqual(unseen);
      }),
    );
  });

  it("never gives a name that a pod has or that workersToDelete lists", () => {
    const [taken = "", listed = "", next = ""] = podNames({ ...fresh, count: 3 });
    const listing = aRayCluster({ workers: [{ scaleStrategy: { workersToDelete: [listed] } }] });
    const names = podNames({ ...fresh, cluster: listing, pods: [worker(taken)], count: 1 });
    expect(names).toEqual([next]);
  });

  it("a later cluster of the same name has other names", () => {
    const later = aRayCluster({ metadata: { uid: "another" } });
    const names = new Set(podNames({ ...fresh, count: 20 }));
    expect(podNames({ ...fresh, cluster: later, count: 20 }).filter((name) => names.has(name))).toEqual([]);
  });

  it("never gives a name that the cluster has had, however pods come, go and fail to be created", () => {
    const step = fc.record({
      creates: fc.array(fc.boolean(), { maxLength: 4 }),
      deletes: fc.array(fc.nat(9), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const had = new Set<string>();
        let [floor, alive] = [0, [] as readonly string[]];
        for (const { creates, deletes } of steps) {
          const view = { ...fresh, pods: alive.map(worker), floor };
          const names = podNames({ ...view, count: creates.length }).filter((_, index) => creates[index]);
          expect(names.filter((name) => had.has(name))).toEqual([]);
          for (const name of names) had.add(name);
          alive = [...alive, ...names];
          const leaving = alive.filter((_, index) => deletes.includes(index));
          floor = nextNameFloor({ ...view, pods: alive.map(worker) }, leaving);
          alive = alive.filter((name) => !leaving.includes(name));
        }
      }),
    );
  });
});

describe("nextNameFloor()", () => {
  const [first = "", second = "", third = ""] = podNames({ ...fresh, count: 3 });

  it("rises up to the first gap", () => {
    expect(nextNameFloor({ ...fresh, pods: [worker(first), worker(third)] })).toBe(1);
  });

  it("does not take a name that is to go for a gap", () => {
    const workers = [{ scaleStrategy: { workersToDelete: [second] } }];
    const listing = { ...cluster, spec: aRayCluster({ workers }).spec };
    expect(nextNameFloor({ ...fresh, cluster: listing, pods: [worker(first), worker(third)] })).toBe(3);
    expect(nextNameFloor({ ...fresh, cluster: listing, pods: [worker(first)] })).toBe(1);
  });

  it("rises past a gap for a pod that leaves", () => {
    expect(nextNameFloor({ ...fresh, pods: [worker(first), terminating(third)] })).toBe(3);
    expect(nextNameFloor({ ...fresh, pods: [worker(second)] }, [second])).toBe(2);
  });

  it("never sinks", () => {
    expect(nextNameFloor({ ...fresh, pods: [worker(first)], floor: 9 })).toBe(9);
  });

  it("is not led astray by pods of other groups, other prefixes or KubeRay's random names", () => {
    const foreign = [
      aRayPod(cluster, first, { group: "others" }),
      worker("handmade"),
      worker(`c-workers-worker-${nameSequence(`${cluster.metadata.uid}/workers`).suffixOf(9_000_000)}`),
    ].map((pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }));
    expect(nextNameFloor({ ...fresh, pods: foreign })).toBe(0);
  });
});
