import { apiVersionOf, type Json } from "@heliostat/kube";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource, Subresource } from "../registry/served-resource.ts";
import { type ApiGroup, apiGroups } from "./api-groups.ts";
import { subresourceFacts } from "./subresource-facts.ts";

/** The `APIVersions` of `/api`. `serverAddress` is `host:port`, as the client reached us. */
export function apiVersions(registry: ResourceRegistry, serverAddress: string): Json {
  const core = apiGroups(registry).find(({ name }) => name === "");
  return {
    kind: "APIVersions",
    versions: core?.versions.map(({ version }) => version) ?? [],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }],
  };
}

/** The `APIGroupList` of `/apis`. */
export function apiGroupList(registry: ResourceRegistry): Json {
  const named = apiGroups(registry).filter(({ name }) => name !== "");
  return { kind: "APIGroupList", apiVersion: "v1", groups: named.map(groupEntry) };
}

/** The `APIGroup` of `/apis/GROUP`; `undefined` when nothing of that group is served. */
export function apiGroup(registry: ResourceRegistry, group: string): Json | undefined {
  const found = group === "" ? undefined : apiGroups(registry).find(({ name }) => name === group);
  return found && { kind: "APIGroup", apiVersion: "v1", ...groupEntry(found) };
}

/** The `APIResourceList` of `/api/v1` or `/apis/GROUP/VERSION`; `undefined` when that is not served. */
export function apiResourceList(
  registry: ResourceRegistry,
  { group, version }: { readonly group: string; readonly version: string },
): Json | undefined {
  const found = apiGroups(registry)
    .find(({ name }) => name === group)
    ?.versions.find((each) => each.version === version);
  if (found === undefined) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: found.resources.flatMap(resourceEntries),
  };
}

function groupEntry({ name, versions }: ApiGroup): { readonly [key: string]: Json } {
  const entries = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group: name, version }),
    version,
  }));
  return { name, versions: entries, preferredVersion: entries[0] ?? null };
}

function resourceEntries(resource: ServedResource): readonly Json[] {
  const { plural, singular, isNamespaced, kind, verbs, shortNames, categories } = resource;
  const own = {
    name: plural,
    singularName: singular,
    namespaced: isNamespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  return [own, ...resource.subresources.map((subresource) => subresourceEntry(resource, subresource))];
}

/** Group and version are said only where they are not the parent's. */
function subresourceEntry(resource: ServedResource, subresource: Subresource): Json {
  const { group, version, kind, verbs } = subresourceFacts(resource, subresource);
  const isForeign = group !== resource.group || version !== resource.version;
  return {
    name: `${resource.plural}/${subresource}`,
    singularName: "",
    namespaced: resource.isNamespaced,
    ...(isForeign && { group, version }),
    kind,
    verbs,
  };
}
