import type { Json } from "@heliostat/kube";
import {
  coreDiscovery,
  type DiscoveryVersion,
  namedGroupsDiscovery,
} from "../../discovery/aggregated-discovery.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "../../discovery/legacy-discovery.ts";
import type { ResourceRegistry } from "../../registry/registry.ts";
import { mediaRanges } from "../http/accept.ts";
import { type ApiRequest, JSON_TYPE, jsonReply, type Reply } from "../http/exchange.ts";
import type { ServedApi } from "../served-api.ts";
import { documentReply } from "./document-cache.ts";

/** What is served here: `/api`, `/apis` and the lists below them. `undefined` for every other path. */
export function answerDiscovery(served: ServedApi, request: ApiRequest): Reply | undefined {
  const path = request.path.replace(/(?<=.)\/$/, "");
  const version = AGGREGATED[path] && aggregatedVersion(request.headers.accept);
  if (version) return aggregatedReply(served, request, { path, version });
  if (path === "/api") return jsonReply(apiVersions(served.registry, hostOf(request)));
  const document = served.documents.document(path, (registry) => legacyDocument(registry, path));
  return document && documentReply(document, request.headers);
}

const AGGREGATED: Readonly<Record<string, (registry: ResourceRegistry, version: DiscoveryVersion) => Json>> =
  {
    "/api": coreDiscovery,
    "/apis": namedGroupsDiscovery,
  };

const DISCOVERY_VERSIONS: readonly DiscoveryVersion[] = ["v2", "v2beta1"];

/** The version of the first wish, if it is one for aggregated discovery. A wish for another version is none. */
function aggregatedVersion(accept = ""): DiscoveryVersion | undefined {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (type !== JSON_TYPE) continue;
    if (!parameters.has("as")) return undefined;
    const isDiscovery =
      parameters.get("as") === "APIGroupDiscoveryList" && parameters.get("g") === "apidiscovery.k8s.io";
    const version = DISCOVERY_VERSIONS.find((each) => each === parameters.get("v"));
    if (isDiscovery && version) return version;
  }
  return undefined;
}

function aggregatedReply(
  { documents }: ServedApi,
  { headers }: ApiRequest,
  { path, version }: { readonly path: string; readonly version: DiscoveryVersion },
): Reply | undefined {
  const document = documents.document(`${path} ${version}`, (registry) =>
    AGGREGATED[path]?.(registry, version),
  );
  return (
    document &&
    documentReply(document, headers, {
      contentType: `${JSON_TYPE};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      headers: { "Cache-Control": "public" },
    })
  );
}

function legacyDocument(registry: ResourceRegistry, path: string): Json | undefined {
  const [root, first, second, ...rest] = path.split("/").slice(1);
  if (rest.length > 0) return undefined;
  if (root === "api" && first !== undefined && second === undefined) {
    return apiResourceList(registry, { group: "", version: first });
  }
  if (root !== "apis") return undefined;
  if (first === undefined) return apiGroupList(registry);
  return second === undefined
    ? apiGroup(registry, first)
    : apiResourceList(registry, { group: first, version: second });
}

function hostOf({ headers }: ApiRequest): string {
  return String(headers[":authority"] ?? headers.host ?? "");
}
