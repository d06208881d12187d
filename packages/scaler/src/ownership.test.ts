import type { Authorizer } from "@heliostat/identity";
import { EVENTS, type KubeObject } from "@heliostat/kube";
import { afterEach, describe, expect, it } from "vitest";
import {
  dominoCluster,
  NAMESPACE,
  OWNER_LABEL,
  type ScalerBench,
  scalerBench,
  TOKENS,
} from "./testing/scaler-bench.ts";

const KIND = "distributed-compute.dominodatalab.com/v1alpha1/RayCluster";
const ANNOTATION = "heliostat.dev/owner";
const RESOURCE = {
  group: "distributed-compute.dominodatalab.com",
  version: "v1alpha1",
  plural: "rayclusters",
  kind: "RayCluster",
  isNamespaced: true,
};

describe("the owner of a cluster", () => {
  let bench: ScalerBench;
  afterEach(() => bench.stop());

  const seenBy = async (token: string): Promise<number> =>
    (await bench.call("GET /cluster/rayclusters/demo", { token })).status;

  async function patched(metadata: object, fieldManager = "kubectl"): Promise<void> {
    const patch = { type: "merge", body: { metadata } as never } as const;
    await bench.client.patch(RESOURCE, { name: "demo", namespace: NAMESPACE }, { patch, fieldManager });
    await bench.heard();
  }

  async function warnings(): Promise<readonly string[]> {
    const { items } = await bench.client.list(EVENTS, { namespace: NAMESPACE });
    return items.filter(({ type }) => type === "Warning").map(({ reason, note }) => `${reason}: ${note}`);
  }

  it("is whom the label named at first sight, written down by our field manager", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    const { metadata } = (await bench.stored(KIND, "demo")) as KubeObject;
    expect(metadata.annotations?.[ANNOTATION]).toBe("a1");
    expect(metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: "heliostat-scaler", operation: "Apply" }),
    );
  });

  it("stays who it was when the label changes, and a warning says so", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    await patched({ labels: { [OWNER_LABEL]: "b2" } });
    expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob)]).toEqual([200, 403]);
    expect(await warnings()).toEqual([
      'OwnerLabelChanged: The owner label says "b2"; the cluster stays that of "a1"',
    ]);
    await patched({ labels: { [OWNER_LABEL]: null } });
    expect(await seenBy(TOKENS.alice)).toBe(200);
  });

  it("stays who it was when somebody writes or removes the annotation, which is put right", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    for (const value of ["b2", null]) {
      await patched({ annotations: { [ANNOTATION]: value }, labels: { [OWNER_LABEL]: "b2" } });
      expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob)]).toEqual([200, 403]);
      expect((await bench.stored(KIND, "demo")).metadata.annotations?.[ANNOTATION]).toBe("a1");
    }
    expect((await warnings()).filter((each) => each.startsWith("RecordedOwnerTampered"))).not.toEqual([]);
  });

  it("is still known to the next process, whatever the label says by then", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    const body = { replicas: 2 };
    await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/demo", { token: TOKENS.alice, body });
    await bench.scaler.stop();
    await patched({ labels: { [OWNER_LABEL]: "b2" } });
    await bench.restart();
    expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob)]).toEqual([200, 403]);
    expect(await warnings()).toEqual([
      'OwnerLabelChanged: The owner label says "b2"; the cluster stays that of "a1"',
    ]);
    await bench.scaler.stop();
    await patched({ annotations: { [ANNOTATION]: "b2" } });
    await bench.client.patch(
      RESOURCE,
      { name: "demo", namespace: NAMESPACE },
      { patch: { type: "merge", body: { metadata: { labels: { [OWNER_LABEL]: "c3" } } } } },
    );
    await bench.restart();
    expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob), await seenBy(TOKENS.admin)]).toEqual([
      403, 403, 200,
    ]);
  });

  it("is not whom an annotation names that came with the cluster", async () => {
    bench = await scalerBench();
    const object = dominoCluster("RayCluster", "demo");
    await bench.given({ ...object, metadata: { ...object.metadata, annotations: { [ANNOTATION]: "b2" } } });
    await bench.heard();
    expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob)]).toEqual([403, 403]);
    expect(await seenBy(TOKENS.admin)).toBe(200);
    expect(await warnings()).toHaveLength(1);
  });

  it("is nobody without a label, and the first one named later", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo", { owner: "" }));
    await bench.heard();
    expect(await seenBy(TOKENS.alice)).toBe(403);
    await patched({ labels: { [OWNER_LABEL]: "a1" } });
    expect(await seenBy(TOKENS.alice)).toBe(200);
  });

  it("is another one's for another cluster of the same name", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    await bench.client.delete(RESOURCE, { name: "demo", namespace: NAMESPACE });
    await bench.given(dominoCluster("RayCluster", "demo", { owner: "b2" }));
    await bench.heard();
    expect([await seenBy(TOKENS.alice), await seenBy(TOKENS.bob)]).toEqual([403, 200]);
  });

  it("is not needed where the authorizer allows; a list asks it once", async () => {
    const asked: string[] = [];
    const authorizer: Authorizer = {
      async authorize({ name }, { verb, group, resource, namespace, name: object }) {
        asked.push(`${name} ${verb} ${resource}.${group} ${namespace}/${object ?? "*"}`);
        return { isAllowed: name === "bob" && verb !== "patch", reason: "" };
      },
    };
    bench = await scalerBench({ authorizer });
    for (const name of ["demo", "second", "third"]) await bench.given(dominoCluster("RayCluster", name));
    await bench.heard();
    expect(await seenBy(TOKENS.bob)).toBe(200);
    const list = await bench.call("GET /ddl_cluster_scaler/list/rayclusters", { token: TOKENS.bob });
    expect(list.json.count).toBe(3);
    const body = { replicas: 2 };
    const scaled = await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/demo", {
      token: TOKENS.bob,
      body,
    });
    expect(scaled.status).toBe(404);
    const place = `rayclusters.${RESOURCE.group} ${NAMESPACE}`;
    expect(asked).toEqual([`bob get ${place}/demo`, `bob list ${place}/*`, `bob patch ${place}/demo`]);
  });
});
