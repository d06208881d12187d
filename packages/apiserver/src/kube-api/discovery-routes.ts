import { EVENTS, type KubeWire } from "@heliostat/kube";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Calls } from "../calls/calls.ts";
import { credentialsOf, goneSignal } from "../http/gateway.ts";
import { passOn } from "./pass-on.ts";

export interface DiscoveryOptions {
  readonly calls: Calls;
  readonly wire: KubeWire;
}

/**
 * What kubectl and other clients ask before anything else: which groups there are, what they hold, and what their
 * objects look like. Only what is passed on is told of, to whoever is known (Kubernetes: `system:discovery`).
 */
export function addDiscoveryRoutes(app: FastifyInstance, { calls, wire }: DiscoveryOptions): void {
  for (const [path, document] of Object.entries(DOCUMENTS)) {
    app.get(path, async (request, reply) => {
      await known(request, reply);
      return reply.header("content-type", "application/json").send(Buffer.from(JSON.stringify(document)));
    });
  }
  for (const path of PASSED_ON) {
    app.get(path, async (request, reply) => {
      const signal = await known(request, reply);
      return passOn(request, reply, { wire, path, signal });
    });
  }

  async function known(request: FastifyRequest, reply: FastifyReply): Promise<AbortSignal> {
    const signal = goneSignal(reply);
    await calls.authenticate(credentialsOf(request), { signal });
    return signal;
  }
}

const RAY = apiGroup("ray.io");
const EVENT = apiGroup(EVENTS.group);
const RAY_OPENAPI = "/openapi/v3/apis/ray.io/v1";

/** The resources of Ray's kinds, and their schemas, are those of the cluster's own definitions. */
const PASSED_ON = ["/apis/ray.io/v1", RAY_OPENAPI, "/version"];

const DOCUMENTS: Readonly<Record<string, object>> = {
  // Nothing of the core group: proxies of services are no resources.
  "/api": { kind: "APIVersions", versions: [] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [RAY, EVENT] },
  "/apis/ray.io": { ...RAY, kind: "APIGroup", apiVersion: "v1" },
  "/apis/events.k8s.io": { ...EVENT, kind: "APIGroup", apiVersion: "v1" },
  "/apis/events.k8s.io/v1": {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: "events.k8s.io/v1",
    resources: [
      {
        name: EVENTS.plural,
        singularName: "event",
        kind: EVENTS.kind,
        namespaced: true,
        shortNames: ["ev"],
        verbs: ["list", "watch"],
      },
    ],
  },
  "/openapi/v3": { paths: { "apis/ray.io/v1": { serverRelativeURL: RAY_OPENAPI } } },
};

function apiGroup(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: "v1" };
  return { name, versions: [version], preferredVersion: version };
}
