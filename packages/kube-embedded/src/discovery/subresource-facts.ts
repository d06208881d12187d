import { apiVersionOf, groupVersion } from "@heliostat/kube";
import type { ServedResource, Subresource } from "../registry/served-resource.ts";

/** What discovery says about a subresource: what it speaks, and what can be done with it. */
export interface SubresourceFacts {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

interface Row {
  /** The kind that its bodies are; absent: the parent's own. */
  readonly speaks?: readonly [apiVersion: string, kind: string];
  readonly verbs: readonly string[];
}

const PROXY_VERBS = ["create", "delete", "get", "patch", "update"];

const ROWS: Readonly<Record<Exclude<Subresource, "proxy">, Row>> = {
  status: { verbs: ["get", "patch", "update"] },
  scale: { speaks: ["autoscaling/v1", "Scale"], verbs: ["get", "patch", "update"] },
  log: { verbs: ["get"] },
  exec: { speaks: ["v1", "PodExecOptions"], verbs: ["create", "get"] },
  attach: { speaks: ["v1", "PodAttachOptions"], verbs: ["create", "get"] },
  portforward: { speaks: ["v1", "PodPortForwardOptions"], verbs: ["create", "get"] },
  binding: { speaks: ["v1", "Binding"], verbs: ["create"] },
  eviction: { speaks: ["policy/v1", "Eviction"], verbs: ["create"] },
  token: { speaks: ["authentication.k8s.io/v1", "TokenRequest"], verbs: ["create"] },
  finalize: { verbs: ["update"] },
  ephemeralcontainers: { verbs: ["get", "patch", "update"] },
  resize: { verbs: ["get", "patch", "update"] },
};

/** The facts of one subresource of `parent`. */
export function subresourceFacts(parent: ServedResource, subresource: Subresource): SubresourceFacts {
  const { speaks, verbs } = rowOf(parent, subresource);
  const [apiVersion, kind] = speaks ?? [apiVersionOf(parent), parent.kind];
  return { ...groupVersion(apiVersion), kind, verbs };
}

/** A proxy's options are named after what is proxied. */
function rowOf(parent: ServedResource, subresource: Subresource): Row {
  if (subresource !== "proxy") return ROWS[subresource];
  return { speaks: ["v1", `${parent.kind}ProxyOptions`], verbs: PROXY_VERBS };
}
