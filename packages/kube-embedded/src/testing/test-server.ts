import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Clock,
  type CustomResourceDefinition,
  type KubeObject,
  PODS,
  type Pod,
  type Random,
} from "@heliostat/kube";
import type { AuthorizationMode } from "../access/policy.ts";
import type { Caller, KubeApi, Target } from "../api/kube-api.ts";
import { type EmbeddedKubernetes, embeddedKubernetes } from "../embedded-kubernetes.ts";
import { loadServerIdentity, type ServerIdentity } from "../server/pki/server-identity.ts";
import { type KubernetesServer, type ServeOptions, serveKubernetes } from "../server/serve-kubernetes.ts";
import { type ScriptedNode, scriptedNode } from "./scripted-node.ts";

/** The embedded API behind a server on the loopback, with pods that do what a test says. */
export interface TestServer
  extends KubernetesServer,
    Pick<EmbeddedKubernetes, "api" | "registry" | "client"> {
  readonly identity: ServerIdentity;
  readonly node: ScriptedNode;
  /** Store an object, whatever it is. */
  given(object: object): Promise<KubeObject>;
  /** A pod `p` in `default` that runs on a node. */
  givenRunningPod(): Promise<void>;
  /** Close the server and leave nothing behind. */
  remove(): Promise<void>;
}

export interface TestServerOptions extends Partial<ServeOptions> {
  readonly authorization?: AuthorizationMode;
}

export async function startTestServer({
  authorization = "allow",
  ...options
}: TestServerOptions = {}): Promise<TestServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "heliostat-server-"));
  const identity = loadServerIdentity(dataDirectory, SYSTEM_CLOCK);
  const kubernetes = embeddedKubernetes({
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    tokens: identity.tokens,
    tokenReader: identity.tokenReader,
    authorization,
  });
  await kubernetes.start();
  const { api, registry, client, authorizer } = kubernetes;
  const node = scriptedNode();
  const served = { api, registry, authorizer, node, clock: SYSTEM_CLOCK, identity };
  const server = await serveKubernetes({ ...served, ...options });
  const given = (object: object): Promise<KubeObject> => store(api, target(object), object);

  async function givenRunningPod(): Promise<void> {
    await given(POD);
    await client().patch(PODS, POD.metadata, {
      subresource: "status",
      patch: { type: "merge", body: { status: RUNNING } },
    });
  }

  async function remove(): Promise<void> {
    await server.close();
    await kubernetes.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }

  function target(object: object): Target {
    const { apiVersion, kind, metadata } = object as KubeObject;
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const resource = registry.findKind(group, version, kind);
    if (!resource) throw new Error(`Cannot store a ${kind}: the test server does not serve it`);
    const { namespace } = metadata;
    return { resource, ...(namespace === undefined ? {} : { namespace }) };
  }

  return { ...server, api, registry, client, identity, node, given, givenRunningPod, remove };
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const SYSTEM_RANDOM: Random = { uuid: () => randomUUID(), fraction: () => Math.random() };

/** A small custom kind whose only version is said to be old. */
export const WIDGET_DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        deprecated: true,
        deprecationWarning: 'Widgets are "old"',
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
          },
        },
      },
    ],
  },
} as CustomResourceDefinition;

const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "default", labels: { app: "web" } },
  spec: {
    nodeName: "laptop",
    containers: [{ name: "main", image: "x", ports: [{ name: "http", containerPort: 8080 }] }],
  },
} as Pod;

const RUNNING = {
  phase: "Running",
  podIP: "10.244.0.2",
  conditions: [{ type: "Ready", status: "True" }],
  containerStatuses: [
    { name: "main", image: "x", imageID: "x", ready: true, restartCount: 0, state: { running: {} } },
  ],
};

async function store(api: KubeApi, target: Target, object: object): Promise<KubeObject> {
  const caller: Caller = { user: { name: "test", groups: ["system:masters"] }, fieldManager: "test" };
  return (await api.create(target, JSON.parse(JSON.stringify(object)), caller)).object;
}
