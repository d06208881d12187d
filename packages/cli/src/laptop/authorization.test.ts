import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  PODS,
  ROLE_BINDINGS,
  ROLES,
  type Role,
  type RoleBinding,
  SERVICE_ACCOUNTS,
  type ServiceAccount,
  SILENT,
  type TokenRequest,
} from "@heliostat/kube";
import { simulatedRuntime } from "@heliostat/kubelet";
import { LABEL, RAY_CLUSTERS } from "@heliostat/ray";
import { aRayCluster } from "@heliostat/ray/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type Laptop, startLaptop } from "./laptop.ts";

const RBAC = "rbac.authorization.k8s.io";
const IDENTITY = { name: "c", namespace: "default" };
const CLUSTER = "/apis/ray.io/v1/namespaces/default/rayclusters/c";
const PODS_OF_CLUSTER = `/api/v1/namespaces/default/pods?labelSelector=${encodeURIComponent(`${LABEL.cluster}=c`)}`;

let folder: string;
let laptop: Laptop;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  laptop = await startLaptop({
    dataFolder: join(folder, "state"),
    port: 0,
    authorization: "rbac",
    clock: systemClock,
    random: systemRandom,
    logger: SILENT,
  });
  const runtime = simulatedRuntime({ clock: systemClock, startDelayMs: 0, completeAfterMs: 0 });
  await laptop.startNode(runtime, { cpu: "64", memory: "256Gi", gpu: "0" });
});

afterEach(async () => {
  await laptop.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("lets Ray's autoscaler resize its cluster with KubeRay's role, and do nothing else; controllers need no role", async () => {
  const { spec, apiVersion, kind } = aRayCluster();
  await laptop.client.create(RAY_CLUSTERS, { apiVersion, kind, metadata: IDENTITY, spec });
  await expect.poll(runningPods).toBe(3);
  const token = await autoscalerToken();

  const listed = await call(token, { path: PODS_OF_CLUSTER });
  expect(listed.json).toMatchObject({ items: [{}, {}, {}] });
  expect((await call(token, { path: CLUSTER })).status).toBe(200);
  const body = [{ op: "replace", path: "/spec/workerGroupSpecs/0/replicas", value: 3 }];
  expect((await call(token, { method: "PATCH", path: CLUSTER, body })).status).toBe(200);
  await expect.poll(runningPods).toBe(4);

  expect((await call(token, { method: "DELETE", path: CLUSTER })).status).toBe(403);
  expect((await call(token, { path: "/apis/ray.io/v1/rayclusters" })).status).toBe(403);
  expect((await call(token, { path: "/api/v1/namespaces/default/secrets" })).status).toBe(403);
  expect((await call(token, { path: PODS_OF_CLUSTER.replace("default", "kube-system") })).status).toBe(403);
});

async function runningPods(): Promise<number> {
  const { items } = await laptop.client.list(PODS, { namespace: "default" });
  return items.filter(({ status }) => status?.phase === "Running").length;
}

/** What KubeRay's operator makes for a cluster with an autoscaler. */
async function autoscalerToken(): Promise<string> {
  const { client } = laptop;
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: IDENTITY } as ServiceAccount;
  await client.create(SERVICE_ACCOUNTS, account);
  await client.create(ROLES, {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata: IDENTITY,
    rules: [
      { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "patch"] },
      { apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["get", "patch"] },
    ],
  } as Role);
  await client.create(ROLE_BINDINGS, {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: IDENTITY,
    roleRef: { apiGroup: RBAC, kind: "Role", name: IDENTITY.name },
    subjects: [{ kind: "ServiceAccount", ...IDENTITY }],
  } as RoleBinding);
  const order = { metadata: IDENTITY, spec: { audiences: [] } } as unknown as ServiceAccount;
  const issued = await client.create(SERVICE_ACCOUNTS, order, { subresource: "token" });
  return (issued as unknown as TokenRequest).status?.token ?? "";
}

interface Call {
  readonly path: string;
  readonly method?: string;
  /** A JSON patch. */
  readonly body?: unknown;
}

/** As a pod calls: with its token, and knowing the server by the cluster's authority. */
async function call(
  token: string,
  { path, method = "GET", body }: Call,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const request = httpsRequest(new URL(path, laptop.url), {
    method,
    ca: certificateAuthority(),
    agent: false,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json-patch+json" },
  });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(chunks).toString()) };
}

function certificateAuthority(): Buffer {
  const found = /certificate-authority-data: (\S+)/.exec(readFileSync(laptop.kubeconfig, "utf8"));
  return Buffer.from(found?.[1] ?? "", "base64");
}
