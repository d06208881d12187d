import type { Json, Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, testKubernetes } from "../testing/test-kubernetes.ts";

function pod(name: string, more: object = {}): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "x" } },
    spec: { containers: [{ name: "main", image: "example/app:1" }], ...more },
  };
}

describe("delete", () => {
  it("gives a scheduled pod its grace period, which a second request can only shorten", async () => {
    const { api, target, given, clock } = await testKubernetes();
    await given(pod("p", { nodeName: "n", terminationGracePeriodSeconds: 40 }));
    const at = target("v1", "pods", { name: "p" });
    const first = await api.delete(at, {}, CALLER);
    expect(first.outcome).toBe("terminating");
    expect(first.object.metadata).toMatchObject({
      deletionTimestamp: "2026-01-01T00:00:40Z",
      deletionGracePeriodSeconds: 40,
      generation: 2,
    });
    await clock.turn(5000);
    const longer = await api.delete(at, { gracePeriodSeconds: 60 }, CALLER);
    expect(longer.object).toBe(first.object);
    const shorter = await api.delete(at, { gracePeriodSeconds: 10 }, CALLER);
    expect(shorter.object.metadata.deletionTimestamp).toBe("2026-01-01T00:00:15Z");
    expect((await api.delete(at, { gracePeriodSeconds: 0 }, CALLER)).outcome).toBe("removed");
    await expect(api.get(at)).rejects.toThrow('pods "p" not found');
  });

  it.each<[string, object, string | undefined]>([
    ["that nobody scheduled", {}, undefined],
    ["that has finished", { nodeName: "n" }, "Succeeded"],
  ])("removes a pod %s at once", async (_, spec, phase) => {
    const { api, target, given } = await testKubernetes();
    await given(pod("p", spec));
    const at = target("v1", "pods", { name: "p" });
    const status = { type: "merge", body: { status: { phase: phase ?? "Pending" } } } as const;
    await api.patch({ ...at, subresource: "status" }, status, CALLER);
    expect((await api.delete(at, {}, CALLER)).outcome).toBe("removed");
  });

  it("leaves its orders for dependents among the finalizers", async () => {
    const { api, target, given } = await testKubernetes();
    const finalizersAfter = async (options: object): Promise<readonly string[] | undefined> => {
      await given({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "c", finalizers: ["example.com/a"] },
      });
      const at = target("v1", "configmaps", { name: "c" });
      const { object } = await api.delete(at, options, CALLER);
      await api.patch(at, { type: "merge", body: { metadata: { finalizers: null } } }, CALLER);
      return object.metadata.finalizers;
    };
    expect(await finalizersAfter({})).toEqual(["example.com/a"]);
    expect(await finalizersAfter({ propagationPolicy: "Foreground" })).toEqual([
      "example.com/a",
      "foregroundDeletion",
    ]);
    expect(await finalizersAfter({ propagationPolicy: "Orphan" })).toEqual(["example.com/a", "orphan"]);
    expect(await finalizersAfter({ propagationPolicy: "Background" })).toEqual(["example.com/a"]);
  });

  it("orphans the pods of a job unless told otherwise", async () => {
    const { api, target, given } = await testKubernetes();
    const template = { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i:1" }] } };
    await given({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" }, spec: { template } });
    const { object } = await api.delete(target("batch/v1", "jobs", { name: "j" }), {}, CALLER);
    expect(object.metadata.finalizers).toEqual(["orphan"]);
  });

  it("holds to the preconditions", async () => {
    const { api, target, given } = await testKubernetes();
    await given(pod("p"));
    const at = target("v1", "pods", { name: "p" });
    for (const preconditions of [{ uid: "other" }, { resourceVersion: "1" }])
      await expect(api.delete(at, { preconditions }, CALLER)).rejects.toMatchObject({ reason: "Conflict" });
  });

  it("never deletes the namespaces that every cluster has", async () => {
    const { api, target } = await testKubernetes();
    const deleted = api.delete(target("v1", "namespaces", { name: "default" }), {}, CALLER);
    await expect(deleted).rejects.toThrow(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
  });

  it("changes nothing in a dry run", async () => {
    const { api, target, given } = await testKubernetes();
    await given(pod("p", { nodeName: "n" }));
    const at = target("v1", "pods", { name: "p" });
    await api.delete(at, {}, { ...CALLER, isDryRun: true });
    expect((await api.get(at)).object.metadata.deletionTimestamp).toBeUndefined();
  });

  it("deletes a collection by selector and says what it deleted", async () => {
    const { api, target, given } = await testKubernetes();
    for (const name of ["a", "b"]) await given(pod(name));
    await given<Pod>({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept" } });
    const deleted = await api.deleteCollection(target("v1", "pods"), { labelSelector: "app=x" }, CALLER);
    expect(deleted.items.map(({ object }) => object.metadata.name)).toEqual(["a", "b"]);
    expect((await api.list(target("v1", "pods"), {})).items).toEqual([]);
  });
});
