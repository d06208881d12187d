import { KubeError } from "@heliostat/kube";
import type { Target } from "../../api/kube-api.ts";
import type { ServedResource, Subresource, Verb } from "../../registry/served-resource.ts";
import { acceptedRepresentation, type Representation } from "../http/accept.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { booleanParameter, textParameter } from "../http/query.ts";
import type { ResourceRoute } from "../http/route.ts";
import {
  metadataRendering,
  plainRendering,
  prettyRendering,
  type Rendering,
  yamlRendering,
} from "../render/rendering.ts";
import { type IncludeObject, tableRendering } from "../render/table-rendering.ts";
import type { ServedApi } from "../served-api.ts";
import { methodNotAllowed } from "./verb.ts";

/** One request to a resource that we serve, with all that its handler needs. */
export interface ResourceCall {
  readonly served: ServedApi;
  readonly request: ApiRequest;
  readonly route: ResourceRoute;
  readonly resource: ServedResource;
  readonly verb: Verb;
  readonly target: Target;
  warn(text: string): void;
}

/** The resource that a path names; `undefined` when we serve nothing there. */
export function servedResource(served: ServedApi, route: ResourceRoute): ServedResource | undefined {
  const resource = served.registry.find(route.group, route.version, route.plural);
  if (!resource) return undefined;
  const isInPlace = resource.isNamespaced
    ? route.namespace !== undefined || route.name === undefined
    : route.namespace === undefined;
  return isInPlace && hasSubresource(resource, route) ? resource : undefined;
}

export function targetOf(resource: ServedResource, { namespace, name, subresource }: ResourceRoute): Target {
  return {
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** @throws KubeError `MethodNotAllowed` */
export function assertVerb(resource: ServedResource, verb: Verb, route: ResourceRoute): void {
  if (route.subresource !== undefined) return;
  const isOne = route.name !== undefined;
  const isMisplaced = isOne ? verb === "create" : verb === "update" || verb === "patch";
  const isAcrossNamespaces = resource.isNamespaced && route.namespace === undefined;
  const changesAcross = isAcrossNamespaces && (verb === "create" || verb === "deletecollection");
  if (isMisplaced || changesAcross || !resource.verbs.includes(verb)) throw methodNotAllowed();
}

/** How the caller wants the answer. @throws KubeError `NotAcceptable`, `BadRequest` */
export function renderingOf(call: ResourceCall): Rendering {
  const { request, verb } = call;
  const { shape, syntax } = acceptedRepresentation(request.headers.accept, { isStream: verb === "watch" });
  const rendering = shapedRendering(call, shape);
  if (syntax === "yaml") return yamlRendering(rendering);
  return wantsPretty(request) ? prettyRendering(rendering) : rendering;
}

function shapedRendering(
  { resource, served, request }: ResourceCall,
  shape: Representation["shape"],
): Rendering {
  if (shape === "object") return plainRendering(resource);
  if (shape === "metadata") return metadataRendering(resource);
  return tableRendering(resource, { includeObject: includeObject(request.query), clock: served.clock });
}

const INCLUDE_OBJECT: readonly IncludeObject[] = ["None", "Metadata", "Object"];

function includeObject(query: URLSearchParams): IncludeObject {
  const wanted = textParameter(query, "includeObject") ?? "Metadata";
  const known = INCLUDE_OBJECT.find((each) => each === wanted);
  if (known) return known;
  throw new KubeError("BadRequest", `unrecognized includeObject value: "${wanted}"`);
}

/** Kubernetes rule: people with curl or a browser get lines without asking. */
function wantsPretty({ query, headers }: ApiRequest): boolean {
  if (query.has("pretty")) return booleanParameter(query, "pretty");
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers["user-agent"] ?? "");
}

function hasSubresource(resource: ServedResource, { subresource, rest }: ResourceRoute): boolean {
  if (subresource === undefined) return true;
  const isServed = resource.subresources.includes(subresource as Subresource);
  return isServed && (rest === "" || subresource === "proxy");
}
