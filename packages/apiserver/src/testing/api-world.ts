import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Caller } from "@heliostat/identity";
import {
  CONFIG_MAPS,
  CUSTOM_RESOURCE_DEFINITIONS,
  EVENTS,
  groupResource,
  interceptedClient,
  type KubeClient,
  type KubeObject,
  type KubeWire,
  NAMESPACES,
  type NodePort,
  nameOf,
  type Resource,
  SECRETS,
} from "@heliostat/kube";
import { HandClock, SeededRandom, settled } from "@heliostat/kube/testing";
import { type AuthorizationMode, embeddedKubernetes, inProcessWire } from "@heliostat/kube-embedded";
import {
  type Cluster,
  ClusterSchema,
  type ComputeTemplate,
  ComputeTemplateSchema,
  type RayJob,
  RayJobSchema,
  type RayService,
  RayServiceSchema,
} from "@heliostat/proto";
import {
  RAY_CLUSTERS,
  RAY_JOBS,
  RAY_SERVICES,
  type RayCluster,
  type RayDashboard,
  rayCrds,
} from "@heliostat/ray";
import type { ApiVersion, CallContext, Handlers } from "../handlers.ts";
import { handlersOf } from "../handlers-of.ts";
import type { ApiPorts, ApiSettings, HeadAddress } from "../ports.ts";
import { type RunningCaches, startApiCaches } from "../reading/start-caches.ts";

/** The handlers on an embedded Kubernetes with Ray's kinds, under a clock that the test turns. */
export interface ApiWorld {
  readonly client: KubeClient;
  /** The same, for requests that are passed on. */
  readonly wire: KubeWire;
  /** What the handlers have asked Kubernetes: `get configmaps`, … */
  readonly asked: readonly string[];
  readonly handlers: Handlers;
  readonly ports: ApiPorts;
  readonly caches: RunningCaches;
  readonly clock: HandClock;
  readonly call: CallContext;
  readonly v1alpha2: CallContext;
  /** The addresses at which a dashboard was asked for. */
  readonly heads: readonly HeadAddress[];
  /** Give a cluster a status, as the operator would. */
  setStatus(name: string, status: RayCluster["status"]): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly dashboard?: Partial<RayDashboard>;
  readonly settings?: Partial<ApiSettings>;
  readonly caller?: Partial<Caller>;
  /** Whether access reviews go by roles. @default everybody may everything */
  readonly authorization?: AuthorizationMode;
}

export async function apiWorld(options: WorldOptions = {}): Promise<ApiWorld> {
  const clock = new HandClock();
  const random = new SeededRandom();
  const { client, wire } = await emptyKubernetes(options.authorization ?? "allow");
  const asked: string[] = [];
  const abort = new AbortController();
  const caches = startApiCaches(client, { clock, random, signal: abort.signal });
  await caches.hasSynced;
  const heads: HeadAddress[] = [];
  const ports: ApiPorts = {
    client: interceptedClient(client, ({ verb, resource }, send) => {
      asked.push(`${verb} ${groupResource(resource)}`);
      return send();
    }),
    caches,
    clock,
    dashboardOf: (head) => {
      heads.push(head);
      return options.dashboard as RayDashboard;
    },
    settings: { defaultRayVersion: "2.53.0", recordsCallers: false, ...options.settings },
  };
  const caller = { name: "anonymous", groups: [], isAdmin: true, ...options.caller };
  return {
    client,
    wire,
    asked,
    handlers: handlersOf(ports),
    ports,
    caches,
    clock,
    call: new WorldCall(caller, abort.signal, "v1"),
    v1alpha2: new WorldCall(caller, abort.signal, "v1alpha2"),
    heads,
    async setStatus(name, status) {
      await client.patch(
        RAY_CLUSTERS,
        { namespace: "default", name },
        { subresource: "status", patch: { type: "merge", body: { status } as never } },
      );
      await settled();
    },
    async stop() {
      abort.abort();
      await caches.stopped;
    },
  };
}

/** As calls are that come over a transport: not everything of them is their own, to be spread. */
class WorldCall implements CallContext {
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly #signal: AbortSignal;

  constructor(caller: Caller, signal: AbortSignal, version: ApiVersion) {
    this.caller = caller;
    this.#signal = signal;
    this.version = version;
  }

  get signal(): AbortSignal {
    return this.#signal;
  }
}

/** Nothing runs in the pods of these worlds. */
export const NO_NODE = new Proxy(
  {},
  { get: () => () => Promise.reject(new Error("no pod runs here")) },
) as NodePort;

/** Ray's schemas take a while to compile: the worlds of one file share a Kubernetes, and each finds it empty. */
const shared = new Map<AuthorizationMode, Promise<Kubernetes>>();

type Kubernetes = Pick<ApiWorld, "client" | "wire">;

async function emptyKubernetes(authorization: AuthorizationMode): Promise<Kubernetes> {
  const known = shared.get(authorization) ?? kubernetesWithRay(authorization);
  shared.set(authorization, known);
  const { client } = await known;
  for (const resource of EMPTIED) {
    const { items } = await client.list<KubeObject>(resource);
    for (const item of items) await client.delete(resource, nameOf(item));
  }
  return known;
}

const EMPTIED: readonly Resource[] = [RAY_CLUSTERS, RAY_JOBS, RAY_SERVICES, CONFIG_MAPS, SECRETS, EVENTS];

async function kubernetesWithRay(authorization: AuthorizationMode): Promise<Kubernetes> {
  const ground = { clock: new HandClock(), random: new SeededRandom() };
  const kubernetes = embeddedKubernetes({ ...ground, authorization });
  await kubernetes.start();
  const client = kubernetes.client();
  for (const crd of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd);
  await settled();
  const { api, registry } = kubernetes;
  const user = { name: "heliostat", groups: [] };
  return { client, wire: inProcessWire({ api, registry, user, clock: ground.clock, node: NO_NODE }) };
}

export async function givenNamespace(client: KubeClient, name: string): Promise<void> {
  await client.create(NAMESPACES, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
}

/** A valid template `t` in `default`, of one core and four gibibytes. */
export function aTemplate(traits: MessageInitShape<typeof ComputeTemplateSchema> = {}): ComputeTemplate {
  return create(ComputeTemplateSchema, {
    name: "t",
    namespace: "default",
    cpu: 1,
    memory: 4,
    ...(traits as object),
  });
}

/** A valid head and one group of two workers, both of the template `t`. */
export const A_CLUSTER_SPEC = {
  headGroupSpec: {
    computeTemplate: "t",
    image: "rayproject/ray:2.53.0",
    rayStartParams: { "dashboard-host": "0.0.0.0" },
  },
  workerGroupSpec: [
    {
      groupName: "small-wg",
      computeTemplate: "t",
      replicas: 2,
      minReplicas: 1,
      maxReplicas: 5,
      rayStartParams: { "node-ip-address": "$MY_POD_IP" },
    },
  ],
} as const;

/** A valid cluster `c` in `default`. */
export function aCluster(traits: MessageInitShape<typeof ClusterSchema> = {}): Cluster {
  return create(ClusterSchema, {
    name: "c",
    namespace: "default",
    user: "boris",
    version: "2.53.0",
    clusterSpec: A_CLUSTER_SPEC as never,
    ...(traits as object),
  });
}

/** A valid job `j` in `default` with a cluster of its own. */
export function aJob(traits: MessageInitShape<typeof RayJobSchema> = {}): RayJob {
  return create(RayJobSchema, {
    name: "j",
    namespace: "default",
    user: "boris",
    version: "2.53.0",
    entrypoint: "python job.py",
    clusterSpec: A_CLUSTER_SPEC as never,
    ...(traits as object),
  });
}

/** A valid service `s` in `default`. */
export function aService(traits: MessageInitShape<typeof RayServiceSchema> = {}): RayService {
  return create(RayServiceSchema, {
    name: "s",
    namespace: "default",
    user: "boris",
    version: "2.53.0",
    serveConfigV2: "applications:\n  - name: fruit\n    import_path: fruit:app\n",
    clusterSpec: A_CLUSTER_SPEC as never,
    ...(traits as object),
  });
}
