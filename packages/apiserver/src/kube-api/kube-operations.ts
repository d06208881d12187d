import {
  type Applicable,
  apiVersionOf,
  type Json,
  type KubeClient,
  KubeError,
  type KubeObject,
  type ListOptions,
  type ObjectName,
  type WatchEvent,
  type WriteOptions,
} from "@heliostat/kube";
import type { ExpansionTarget, TemplateExpansion } from "../methods/template-expansion.ts";
import { deleteOptionsOf, isApply, kubePatch, objectOf, type SentBody } from "./kube-body.ts";
import { flag, type KubeTarget, wholeNumber } from "./kube-request.ts";
import { kubeStatus } from "./kube-status.ts";

/** What is done, in the words of Kubernetes' permissions. */
export type KubeVerb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete";

interface KubeOperation {
  readonly target: KubeTarget;
  readonly query: URLSearchParams;
  readonly body: SentBody;
  readonly signal: AbortSignal;
}

/** A status and an object, or a stream of lines. */
export type KubeAnswer =
  | { readonly status: number; readonly object: unknown }
  | { readonly lines: AsyncIterable<string> };

export interface OperationPorts {
  readonly client: KubeClient;
  readonly expansion: TemplateExpansion;
}

type Operate = (operation: KubeOperation, ports: OperationPorts) => Promise<KubeAnswer>;

export const OPERATIONS: Readonly<Record<KubeVerb, Operate>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: remove,
};

/** The verb of a request; `undefined` where Kubernetes' API, as far as it is served here, has none. */
export function kubeVerb(
  method: string,
  { name, namespace, subresource }: KubeTarget,
  query: URLSearchParams,
): KubeVerb | undefined {
  if (name === undefined) {
    if (method === "GET") return flag(query, "watch") ? "watch" : "list";
    return method === "POST" && namespace !== undefined ? "create" : undefined;
  }
  if (method === "DELETE" && subresource === undefined) return "delete";
  return ({ GET: "get", PUT: "update", PATCH: "patch" } as const)[method as "GET"];
}

async function get({ target, signal }: KubeOperation, { client }: OperationPorts): Promise<KubeAnswer> {
  return { status: 200, object: await client.get(target.resource, nameIn(target), { signal }) };
}

async function list(
  { target, query, signal }: KubeOperation,
  { client }: OperationPorts,
): Promise<KubeAnswer> {
  const { resource } = target;
  const limit = wholeNumber(query, "limit");
  const continueToken = query.get("continue");
  const found = await client.list(resource, {
    ...selection(target, query),
    signal,
    ...(limit !== undefined && limit > 0 && { limit }),
    ...(continueToken && { continueToken }),
  });
  const metadata = {
    resourceVersion: found.resourceVersion,
    ...(found.continueToken && { continue: found.continueToken }),
  };
  const apiVersion = apiVersionOf(resource);
  return { status: 200, object: { apiVersion, kind: `${resource.kind}List`, metadata, items: found.items } };
}

async function watch(
  { target, query, signal }: KubeOperation,
  { client }: OperationPorts,
): Promise<KubeAnswer> {
  const timeoutSeconds = wholeNumber(query, "timeoutSeconds");
  const events = client.watch(target.resource, {
    ...selection(target, query),
    signal,
    allowBookmarks: flag(query, "allowWatchBookmarks"),
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  });
  return { lines: linesOf(events, target) };
}

async function* linesOf(
  events: AsyncIterable<WatchEvent<KubeObject>>,
  { resource }: KubeTarget,
): AsyncIterable<string> {
  for await (const event of events) yield `${JSON.stringify(sentEvent(event))}\n`;

  function sentEvent(event: WatchEvent<KubeObject>): object {
    switch (event.type) {
      case "BOOKMARK": {
        const { resourceVersion } = event;
        const { kind } = resource;
        return {
          type: event.type,
          object: { apiVersion: apiVersionOf(resource), kind, metadata: { resourceVersion } },
        };
      }
      case "ERROR": {
        const reason = event.code === 410 ? "Expired" : "Internal";
        return { type: event.type, object: kubeStatus(new KubeError(reason, event.message)) };
      }
      default:
        return event;
    }
  }
}

async function create(operation: KubeOperation, { client, expansion }: OperationPorts): Promise<KubeAnswer> {
  const object = await expanded(operation, expansion);
  return {
    status: 201,
    object: await client.create(operation.target.resource, object, writeOptions(operation)),
  };
}

async function update(operation: KubeOperation, { client, expansion }: OperationPorts): Promise<KubeAnswer> {
  const object = await expanded(operation, expansion);
  const { target } = operation;
  if (object.metadata.name !== target.name) {
    throw new KubeError(
      "BadRequest",
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${target.name})`,
    );
  }
  return { status: 200, object: await client.update(target.resource, object, subresourceOptions(operation)) };
}

async function patch(operation: KubeOperation, ports: OperationPorts): Promise<KubeAnswer> {
  const { target, body, query } = operation;
  const { client, expansion } = ports;
  if (isApply(body)) {
    const fieldManager = query.get("fieldManager");
    if (!fieldManager)
      throw new KubeError("BadRequest", "fieldManager: Required value: is required for apply patch");
    const object = (await expanded(operation, expansion)) as Applicable<KubeObject>;
    const force = flag(query, "force");
    const options = { ...subresourceOptions(operation), fieldManager, force };
    return { status: 200, object: await client.apply(target.resource, object, options) };
  }
  const name = nameIn(target);
  const sent = kubePatch(body);
  const current = (await client.get(target.resource, name, { signal: operation.signal })) as unknown as Json;
  const wanted = await expansion.patch(sent, current, expansionTarget(operation));
  return {
    status: 200,
    object: await client.patch(target.resource, name, { ...subresourceOptions(operation), patch: wanted }),
  };
}

async function remove(
  { target, query, body, signal }: KubeOperation,
  { client }: OperationPorts,
): Promise<KubeAnswer> {
  const { gracePeriodSeconds, propagationPolicy, preconditions } = deleteOptionsOf(body);
  const graceSeconds = wholeNumber(query, "gracePeriodSeconds") ?? gracePeriodSeconds;
  const policy = (query.get("propagationPolicy") as typeof propagationPolicy | null) ?? propagationPolicy;
  await client.delete(target.resource, nameIn(target), {
    signal,
    ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }),
    ...(policy !== undefined && { propagationPolicy: policy }),
    ...(preconditions !== undefined && { preconditions }),
  });
  return { status: 200, object: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } };
}

function selection({ namespace }: KubeTarget, query: URLSearchParams): ListOptions {
  const [labelSelector, fieldSelector] = [query.get("labelSelector"), query.get("fieldSelector")];
  const resourceVersion = query.get("resourceVersion");
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
    ...(resourceVersion && { resourceVersion }),
  };
}

/** The body with its compute templates filled in, in the namespace of the path. */
async function expanded(operation: KubeOperation, expansion: TemplateExpansion): Promise<KubeObject> {
  const { target, body } = operation;
  const object = objectOf(body);
  const { namespace = "" } = target;
  const named = object.metadata.namespace ?? namespace;
  if (named !== namespace) {
    throw new KubeError(
      "BadRequest",
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  const placed = { ...object, metadata: { ...object.metadata, namespace } };
  return (await expansion.object(
    placed as unknown as Json,
    expansionTarget(operation),
  )) as unknown as KubeObject;
}

function expansionTarget({ target, signal }: KubeOperation): ExpansionTarget {
  return { namespace: target.namespace ?? "", signal };
}

function writeOptions({ query, signal }: KubeOperation): WriteOptions {
  const fieldManager = query.get("fieldManager");
  return { signal, isDryRun: query.getAll("dryRun").includes("All"), ...(fieldManager && { fieldManager }) };
}

function subresourceOptions(operation: KubeOperation): WriteOptions & { readonly subresource?: "status" } {
  const { subresource } = operation.target;
  return { ...writeOptions(operation), ...(subresource && { subresource }) };
}

function nameIn({ namespace, name = "" }: KubeTarget): ObjectName {
  return { name, ...(namespace !== undefined && { namespace }) };
}
