import type { Json } from "@heliostat/kube";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { type ApiGroup, type ApiVersion, apiGroups } from "./api-groups.ts";
import { subresourceFacts } from "./subresource-facts.ts";

/** The versions in which aggregated discovery is spoken. Their bodies differ in nothing but the name. */
export type DiscoveryVersion = "v2" | "v2beta1";

/** The `APIGroupDiscoveryList` of `/api`: the core group alone. */
export function coreDiscovery(registry: ResourceRegistry, version: DiscoveryVersion): Json {
  return discoveryList(
    apiGroups(registry).filter(({ name }) => name === ""),
    version,
  );
}

/** The `APIGroupDiscoveryList` of `/apis`: all groups that have a name. */
export function namedGroupsDiscovery(registry: ResourceRegistry, version: DiscoveryVersion): Json {
  return discoveryList(
    apiGroups(registry).filter(({ name }) => name !== ""),
    version,
  );
}

function discoveryList(groups: readonly ApiGroup[], version: DiscoveryVersion): Json {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: versions.map(versionDiscovery),
    })),
  };
}

function versionDiscovery({ version, resources }: ApiVersion): Json {
  return { version, resources: resources.map(resourceDiscovery), freshness: "Current" };
}

function resourceDiscovery(resource: ServedResource): Json {
  const { plural, singular, group, version, kind, isNamespaced, verbs, shortNames, categories } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: isNamespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(resource.subresources.length > 0 && { subresources: subresourcesDiscovery(resource) }),
  };
}

function subresourcesDiscovery(resource: ServedResource): Json {
  return resource.subresources.map((subresource) => {
    const { group, version, kind, verbs } = subresourceFacts(resource, subresource);
    return { subresource, responseKind: { group, version, kind }, verbs };
  });
}
