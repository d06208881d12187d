import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  cachedAuthenticator,
  cachedAuthorizer,
  dominoIdentity,
  kubernetesIdentity,
  nodeHttpGet,
} from "@heliostat/identity";
import { type KubeObject, namespaced, SILENT } from "@heliostat/kube";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { afterEach, describe, expect, it } from "vitest";
import { type Scaler, startScaler } from "./scaler.ts";
import {
  CRDS,
  called,
  dominoCluster,
  NAMESPACE,
  SYSTEM_CLOCK,
  SYSTEM_RANDOM,
  settledTurns,
} from "./testing/scaler-bench.ts";
import { dominoTiers, fixedTiers } from "./tiers/tier-source.ts";

const CLUSTER = "/ddl_cluster_scaler/cluster/rayclusters/demo";
const SCALE = "/ddl_cluster_scaler/scale/rayclusters/demo";
const ROLES = "rbac.authorization.k8s.io/v1";

describe("with Domino's own endpoints", () => {
  let domino: Server;
  let kubernetes: EmbeddedKubernetes;
  let scaler: Scaler;
  let asked: string[];

  afterEach(async () => {
    domino.closeAllConnections();
    domino.close();
    await scaler.stop();
    await kubernetes.close();
  });

  /** A front end that knows alice by a token and by a key; `status` is what it answers to everybody else. */
  async function start(failure?: number): Promise<void> {
    asked = [];
    domino = createServer((request, response) => {
      const { authorization, "x-domino-api-key": key } = request.headers;
      asked.push(`${request.url} ${authorization ?? "-"} ${key ?? "-"}`);
      const isAlice = authorization === "Bearer alice-token" || key === "alice-key";
      response.statusCode = failure ?? (isAlice ? 200 : 401);
      const isTiers = request.url === "/v4/hardwareTier";
      response.end(JSON.stringify(isTiers ? { hardwareTiers: [MEDIUM] } : ALICE));
    }).listen(0, "127.0.0.1");
    await once(domino, "listening");
    const url = `http://127.0.0.1:${(domino.address() as AddressInfo).port}`;
    const options = { get: nodeHttpGet(), clock: SYSTEM_CLOCK, url };
    kubernetes = await kubernetesWithCluster();
    scaler = await startScaler({
      ...{ client: kubernetes.client(), clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, logger: SILENT },
      settings: { namespace: NAMESPACE },
      authenticator: dominoIdentity(options),
      tiers: dominoTiers(options),
      listen: { host: "127.0.0.1", port: 0 },
    });
    await scaler.isReady;
    await settledTurns();
  }

  it("the owner gets in with a token and with a key, each is asked about once, and only that one is sent", async () => {
    await start();
    for (let count = 0; count < 3; count++) {
      for (const headers of [
        { authorization: "Bearer alice-token" },
        { "x-domino-api-key": "alice-key" },
        { "x-domino-api-key": "alice-key", authorization: "Bearer other" },
      ])
        expect((await called(scaler.url, `GET ${CLUSTER}`, { headers })).status).toBe(200);
      const wrong = { "x-domino-api-key": "wrong", authorization: "Bearer alice-token" };
      expect((await called(scaler.url, `GET ${CLUSTER}`, { headers: wrong })).status).toBe(403);
    }
    expect(asked).toEqual([
      "/v4/auth/principal Bearer alice-token -",
      "/v4/auth/principal - alice-key",
      "/v4/auth/principal - wrong",
    ]);
  });

  it("tiers are those that Domino shows the caller", async () => {
    await start();
    const body = { replicas: 2, worker_hw_tier: "Medium", worker_hw_tier_id: "Medium" };
    const call = { token: "alice-token", body };
    const { json } = await called(scaler.url, `PATCH ${SCALE}`, call);
    expect(json).toMatchObject({
      worker_hw_tier_id: "m-1",
      object: { spec: { worker: { replicas: 2, resources: { requests: { cpu: "2", memory: "8Gi" } } } } },
    });
    expect(asked).toContain("/v4/hardwareTier Bearer alice-token -");
  });

  it("nobody gets in while it fails, and it is not taken for a no", async () => {
    await start(500);
    const reply = await called(scaler.url, `GET ${CLUSTER}`, { token: "alice-token" });
    expect(reply).toMatchObject({ status: 502, json: { error: "identity_unavailable" } });
  });
});

describe("with the cluster's own tokens and roles", () => {
  it("the owner may by label, others as their roles say, and the rest learns nothing", async () => {
    const kubernetes = await kubernetesWithCluster();
    const client = kubernetes.client();
    const rules = [
      {
        apiGroups: ["distributed-compute.dominodatalab.com"],
        resources: ["rayclusters"],
        verbs: ["get", "list"],
      },
    ];
    await given(kubernetes, {
      apiVersion: ROLES,
      kind: "Role",
      metadata: { name: "see", namespace: NAMESPACE },
      rules,
    });
    await given(kubernetes, {
      apiVersion: ROLES,
      kind: "RoleBinding",
      metadata: { name: "see", namespace: NAMESPACE },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "see" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "auditor" }],
    });
    const identity = kubernetesIdentity({ client });
    const scaler = await startScaler({
      ...{ client, clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM, logger: SILENT },
      settings: { namespace: NAMESPACE },
      authenticator: cachedAuthenticator(identity, { clock: SYSTEM_CLOCK }),
      authorizer: cachedAuthorizer(identity, { clock: SYSTEM_CLOCK }),
      tiers: fixedTiers([]),
      listen: { host: "127.0.0.1", port: 0 },
    });
    await scaler.isReady;
    await settledTurns();
    const statuses = async (token: string): Promise<readonly (number | string)[]> => {
      const get = await called(scaler.url, `GET ${CLUSTER}`, { token });
      const list = await called(scaler.url, "GET /ddl_cluster_scaler/list/rayclusters", { token });
      const scale = await called(scaler.url, `PATCH ${SCALE}`, { token, body: { replicas: 2 } });
      return [get.status, `${list.json.count} seen`, scale.status];
    };
    expect(await statuses("token-of-u-alice")).toEqual([200, "1 seen", 200]);
    expect(await statuses("token-of-auditor")).toEqual([200, "1 seen", 404]);
    expect(await statuses("token-of-mallory")).toEqual([404, "0 seen", 404]);
    expect(await statuses("nonsense")).toEqual([403, "0 seen", 403]);
    await scaler.stop();
    await kubernetes.close();
  });
});

const ALICE = { canonicalId: "u-alice", canonicalName: "alice", isAnonymous: false, isAdmin: false };
const MEDIUM = { id: "m-1", name: "Medium", hwtResources: { cores: 2, memory: { value: 8, unit: "GiB" } } };

async function kubernetesWithCluster(): Promise<EmbeddedKubernetes> {
  const kubernetes = embeddedKubernetes({
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    authorization: "rbac",
    tokenReader: {
      async read(token, audiences) {
        const name = /^token-of-(.+)$/.exec(token)?.[1];
        return name === undefined ? undefined : { user: { name, groups: [] }, audiences, standsOn: [] };
      },
    },
  });
  await kubernetes.start();
  await given(kubernetes, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  for (const crd of CRDS.domino) await given(kubernetes, crd);
  const resource = namespaced("distributed-compute.dominodatalab.com/v1alpha1", "RayCluster", "rayclusters");
  await kubernetes.client().create(resource, dominoCluster("RayCluster", "demo", { owner: "u-alice" }));
  return kubernetes;
}

async function given({ registry, client }: EmbeddedKubernetes, object: object): Promise<void> {
  const { apiVersion, kind } = object as KubeObject;
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const resource = registry.findKind(group, version, kind);
  if (!resource) throw new Error(`Cannot store a ${kind}: it is not served`);
  await client().create(resource, object as KubeObject);
}
