import { Buffer } from "node:buffer";
import { request as httpRequest } from "node:http";
import { dominoCrds, type HardwareTier, LAPTOP_TIERS } from "@heliostat/engines";
import {
  type Authenticator,
  type Authorizer,
  type StaticIdentity,
  staticIdentity,
} from "@heliostat/identity";
import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  type KubeClient,
  type KubeObject,
  PODS,
  type Pod,
  type Random,
  type Resource,
  SILENT,
} from "@heliostat/kube";
import { type EmbeddedKubernetes, embeddedKubernetes } from "@heliostat/kube-embedded";
import { rayCrds } from "@heliostat/ray";
import { type Scaler, startScaler } from "../scaler.ts";
import type { ScalerSettings } from "../settings.ts";
import { fixedTiers } from "../tiers/tier-source.ts";
import { daskCrds } from "./dask-crds.ts";

export const NAMESPACE = "team";
export const OWNER_LABEL = "dominodatalab.com/starting-user-id";

/** Tokens of the callers that tests play. */
export const TOKENS = {
  admin: "admin-admin-admin-admin",
  alice: "alice-alice-alice-alice",
  bob: "bob-bob-bob-bob-bob-bob",
  nobody: "nobody-nobody-nobody-no",
} as const;

const IDENTITIES = JSON.stringify({
  tokens: [
    { token: TOKENS.admin, name: "root", admin: true },
    { token: TOKENS.alice, name: "alice", id: "a1" },
    { token: TOKENS.bob, name: "bob", id: "b2" },
  ],
});

export type Family = "domino" | "ray" | "dask";

export interface ScalerBenchOptions {
  readonly settings?: Partial<ScalerSettings>;
  readonly authenticator?: Authenticator;
  readonly authorizer?: Authorizer;
  readonly tiers?: readonly HardwareTier[];
  /** Whose CRDs there are. @default all */
  readonly families?: readonly Family[];
  /** Stands between the scaler and the API. */
  readonly around?: (client: KubeClient) => KubeClient;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of many shapes
  readonly json: any;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The scaler over HTTP, on an embedded API. */
export interface ScalerBench {
  readonly client: KubeClient;
  readonly kubernetes: EmbeddedKubernetes;
  scaler: Scaler;
  readonly identity: StaticIdentity;
  /** `call("GET /healthz")` */
  call(request: string, options?: CallOptions): Promise<Reply>;
  given(object: object): Promise<KubeObject>;
  stored(kind: string, name: string): Promise<KubeObject>;
  /** Until the scaler has heard of everything that happened so far. */
  heard(): Promise<void>;
  /** Another process in place of the one that has stopped. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

export const SYSTEM_RANDOM: Random = { uuid: () => crypto.randomUUID(), fraction: () => Math.random() };

export async function scalerBench(options: ScalerBenchOptions = {}): Promise<ScalerBench> {
  const kubernetes = embeddedKubernetes({ clock: SYSTEM_CLOCK, random: SYSTEM_RANDOM });
  await kubernetes.start();
  const client = kubernetes.client();
  await client.create(resourceOf(kubernetes, "v1", "Namespace"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: NAMESPACE },
  });
  for (const crd of definitions(options.families)) await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  const identity = staticIdentity(IDENTITIES);
  const start = async (): Promise<Scaler> => {
    const scaler = await startScaler({
      client: options.around?.(client) ?? client,
      clock: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      logger: SILENT,
      settings: { namespace: NAMESPACE, requestsPerMinute: 1_000_000, ...options.settings },
      authenticator: options.authenticator ?? identity,
      ...(options.authorizer && { authorizer: options.authorizer }),
      tiers: fixedTiers(options.tiers ?? LAPTOP_TIERS),
      listen: { host: "127.0.0.1", port: 0 },
    });
    await scaler.isReady;
    return scaler;
  };
  const bench: ScalerBench = {
    client,
    kubernetes,
    scaler: await start(),
    identity,
    call: (request, call = {}) => called(bench.scaler.url, request, call),
    given: (object) => client.create(resourceFor(kubernetes, object as KubeObject), object as KubeObject),
    stored: (kind, name) =>
      client.get(resourceOf(kubernetes, ...kindOf(kind)), { name, namespace: NAMESPACE }),
    heard: settledTurns,
    async restart() {
      bench.scaler = await start();
      await settledTurns();
    },
    async stop() {
      await bench.scaler.stop();
      await kubernetes.close();
    },
  };
  return bench;
}

/** The CRDs of each family. */
export const CRDS: Readonly<Record<Family, readonly CustomResourceDefinition[]>> = {
  domino: dominoCrds(),
  ray: rayCrds().slice(0, 1),
  dask: daskCrds(),
};

function definitions(
  families: readonly Family[] = ["domino", "ray", "dask"],
): readonly CustomResourceDefinition[] {
  return families.flatMap((family) => CRDS[family]);
}

function kindOf(kind: string): readonly [apiVersion: string, kind: string] {
  const slash = kind.lastIndexOf("/");
  return [kind.slice(0, slash), kind.slice(slash + 1)];
}

function resourceOf({ registry }: EmbeddedKubernetes, apiVersion: string, kind: string): Resource {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const resource = registry.findKind(group, version, kind);
  if (!resource) throw new Error(`Cannot find ${kind}: it is not served in ${apiVersion}`);
  return resource;
}

function resourceFor(kubernetes: EmbeddedKubernetes, { apiVersion, kind }: KubeObject): Resource {
  return resourceOf(kubernetes, apiVersion, kind);
}

/** Until what has happened has been heard of. */
export async function settledTurns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** `called(url, "GET /healthz")` */
export function called(
  url: string,
  request: string,
  { token, headers = {}, body }: CallOptions,
): Promise<Reply> {
  const [method = "", path = ""] = request.split(/ (.*)/s);
  const sent =
    body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(sent && { "content-type": "application/json", "content-length": String(sent.length) }),
        ...headers,
      },
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) });
      });
    });
    outgoing.end(sent);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const DOMINO = "distributed-compute.dominodatalab.com/v1alpha1";

/** A cluster of Domino's, as a user's run makes it. */
export function dominoCluster(
  kind: string,
  name: string,
  { owner = "a1", ...spec }: { readonly owner?: string; readonly [field: string]: unknown } = {},
): KubeObject {
  return {
    apiVersion: DOMINO,
    kind,
    metadata: { name, namespace: NAMESPACE, ...(owner && { labels: { [OWNER_LABEL]: owner } }) },
    spec: { autoscaling: { minReplicas: 1, maxReplicas: 5 }, worker: { replicas: 1 }, ...spec },
  } as unknown as KubeObject;
}

export function rayIoCluster(name: string, groups: readonly object[], owner = "a1"): KubeObject {
  const template = { spec: { containers: [{ name: "ray", image: "rayproject/ray" }] } };
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name, namespace: NAMESPACE, ...(owner && { labels: { [OWNER_LABEL]: owner } }) },
    spec: {
      headGroupSpec: { template, rayStartParams: {} },
      workerGroupSpecs: groups.map((group) => ({ template, rayStartParams: {}, ...group })),
    },
  } as unknown as KubeObject;
}

export function daskOrgCluster(name: string, owner = "a1"): KubeObject {
  const spec = { containers: [{ name: "dask", image: "daskdev/dask" }] };
  return {
    apiVersion: "kubernetes.dask.org/v1",
    kind: "DaskCluster",
    metadata: { name, namespace: NAMESPACE, ...(owner && { labels: { [OWNER_LABEL]: owner } }) },
    spec: { worker: { replicas: 1, spec }, scheduler: { spec } },
  } as unknown as KubeObject;
}

/** A pod of a Domino cluster, as its operator makes it: `dominoPod("demo", "ray-head")`. */
export function dominoPod(cluster: string, role: string, index = 0): Pod {
  const [app = "", component = ""] = role.split("-");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${cluster}-${app}-${component}-${index}`,
      namespace: NAMESPACE,
      labels: {
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/instance": cluster,
        "app.kubernetes.io/component": component,
      },
    },
    spec: { containers: [{ name: "main", image: "x" }] },
  } as Pod;
}

/** The pod is ready from now on. */
export async function becomesReady(client: KubeClient, name: string): Promise<void> {
  const body = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
  const patch = { type: "merge", body } as const;
  await client.patch(PODS, { name, namespace: NAMESPACE }, { subresource: "status", patch });
}
