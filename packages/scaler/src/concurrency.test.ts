import { type KubeClient, KubeError, type KubeObject, type KubeReason } from "@heliostat/kube";
import { SeededRandom } from "@heliostat/kube/testing";
import { afterEach, describe, expect, it } from "vitest";
import { dominoCluster, type ScalerBench, scalerBench, TOKENS } from "./testing/scaler-bench.ts";

const CLUSTERS = 100;
const REQUESTS = 1000;
/** The share of writes before which somebody else writes. */
const CONFLICTS = 0.3;
const KIND = "distributed-compute.dominodatalab.com/v1alpha1/RayCluster";

interface Patched {
  readonly name: string;
  readonly annotation: string | undefined;
}

describe("many at once", () => {
  let bench: ScalerBench;
  afterEach(() => bench.stop());

  it(`${REQUESTS.toLocaleString("en")} requests to scale ${CLUSTERS} clusters, with others writing between: each takes effect once or is told that it was superseded`, async () => {
    const patches: Patched[] = [];
    const conflicts = { count: 0 };
    bench = await scalerBench({ around: (client) => recording(client, patches, conflicts) });
    for (let index = 0; index < CLUSTERS; index++)
      await bench.given(
        dominoCluster("RayCluster", `c${index}`, { autoscaling: { minReplicas: 1, maxReplicas: 10_000 } }),
      );
    await bench.heard();
    patches.length = 0;
    conflicts.count = 0;
    const replies = await Promise.all(
      Array.from({ length: REQUESTS }, async (_, index) => {
        const name = `c${index % CLUSTERS}`;
        // A number of its own, so that what is stored tells whose it is.
        const replicas = index + 2;
        const path = `/ddl_cluster_scaler/scale/rayclusters/${name}`;
        const { status, json } = await bench.call(`PATCH ${path}`, {
          token: TOKENS.alice,
          body: { replicas },
        });
        return { name, replicas, status, json };
      }),
    );
    expect(replies.filter(({ status, json }) => status !== 200 && json.error !== "superseded")).toEqual([]);
    const accepted = replies.filter(({ status }) => status === 200);
    expect(conflicts.count).toBeGreaterThan(REQUESTS / 5);
    expect(accepted.length).toBeGreaterThan(REQUESTS / 2);
    expect(accepted.length).toBeLessThan(REQUESTS);
    for (const { json, replicas } of accepted)
      expect(json).toMatchObject({
        effective_replicas: replicas,
        object: { spec: { worker: { replicas } } },
      });
    const written = patches.map(({ name, annotation }) => `${name} ${/→(\d+)/.exec(annotation ?? "")?.[1]}`);
    // Once each: neither lost nor applied twice.
    expect([...written].sort()).toEqual(accepted.map(({ name, replicas }) => `${name} ${replicas}`).sort());
    for (let index = 0; index < CLUSTERS; index++) {
      const last = written.findLast((each) => each.startsWith(`c${index} `));
      const { spec } = (await bench.stored(KIND, `c${index}`)) as KubeObject & {
        spec: { worker: { replicas: number }; autoscaling: object };
      };
      expect(`c${index} ${spec.worker.replicas}`).toBe(last);
      expect(spec.autoscaling).toMatchObject({ minReplicas: spec.worker.replicas });
    }
  }, 60_000);

  it("whoever reads after a write finds it, though the watch has not told of it", async () => {
    bench = await scalerBench();
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    const call = { token: TOKENS.alice };
    for (const replicas of [2, 4, 3]) {
      await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/demo", { ...call, body: { replicas } });
      const { json } = await bench.call("GET /ddl_cluster_scaler/cluster/rayclusters/demo", call);
      expect(json.spec).toMatchObject({ worker: { replicas }, autoscaling: { minReplicas: replicas } });
    }
  });

  it("a cluster of the same name made anew is not scaled by a request for the former one", async () => {
    let isSwapped = false;
    bench = await scalerBench({ around: (client) => swapping(client, () => isSwapped) });
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    isSwapped = true;
    const body = { replicas: 4 };
    const reply = await bench.call("PATCH /ddl_cluster_scaler/scale/rayclusters/demo", {
      token: TOKENS.alice,
      body,
    });
    expect(reply).toMatchObject({ status: 409, json: { error: "superseded" } });
    isSwapped = false;
    expect(await bench.stored(KIND, "demo")).toMatchObject({ spec: { worker: { replicas: 1 } } });
  });

  it("what Kubernetes refuses is told with Kubernetes' reason, and what it cannot do as its failure", async () => {
    let answer: KubeReason = "Invalid";
    bench = await scalerBench({ around: (client) => refusing(client, () => answer) });
    await bench.given(dominoCluster("RayCluster", "demo"));
    await bench.heard();
    const scale = (path: string) =>
      bench.call(`PATCH ${path}`, { token: TOKENS.alice, body: { replicas: 3 } });
    expect(await scale("/ddl_cluster_scaler/scale/rayclusters/demo")).toMatchObject({
      status: 422,
      json: { error: "invalid", message: "because" },
    });
    answer = "Unavailable";
    expect(await scale("/ddl_cluster_scaler/scale/rayclusters/demo")).toMatchObject({
      status: 500,
      json: { error: "scale_failed", details: "Unavailable" },
    });
    expect(await scale("/api/v1/clusters/rayclusters/demo/scale")).toMatchObject({
      status: 503,
      json: { error: "scale_failed" },
    });
    answer = "Forbidden";
    expect(await scale("/api/v1/clusters/rayclusters/demo/scale")).toMatchObject({
      status: 502,
      json: { error: "kubernetes_forbidden" },
    });
  });
});

/**
 * Takes note of every patch that Kubernetes accepted, in the order in which it did; and before some of them somebody
 * else writes, so that what they were decided upon is no longer so.
 */
function recording(client: KubeClient, patches: Patched[], conflicts: { count: number }): KubeClient {
  const random = new SeededRandom();
  return around(client, async (resource, name, options) => {
    if (options.patch.type === "json" && random.fraction() < CONFLICTS) {
      conflicts.count += 1;
      const body = { metadata: { labels: { touched: String(conflicts.count) } } };
      await client.patch(resource, name, { patch: { type: "merge", body } });
    }
    const patched = await client.patch(resource, name, options);
    patches.push({
      name: name.name,
      annotation: patched.metadata.annotations?.["heliostat.dev/last-scaled-by"],
    });
    return patched as never;
  });
}

function around(client: KubeClient, patch: KubeClient["patch"]): KubeClient {
  return new Proxy(client, {
    get(target, member) {
      if (member === "patch") return patch;
      const value: unknown = Reflect.get(target, member);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function refusing(client: KubeClient, reason: () => KubeReason): KubeClient {
  return around(client, () => Promise.reject(new KubeError(reason(), "because")));
}

/** Another cluster of the same name takes the place of the one that was read, just before the write. */
function swapping(client: KubeClient, isOn: () => boolean): KubeClient {
  return around(client, async (resource, name, options) => {
    if (isOn()) {
      const { metadata, ...rest } = await client.get(resource, name);
      await client.delete(resource, name);
      const { labels } = metadata;
      await client.create(resource, { ...rest, metadata: { ...name, ...(labels && { labels }) } } as never);
    }
    return client.patch(resource, name, options);
  });
}
