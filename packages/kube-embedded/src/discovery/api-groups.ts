import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { byVersionPriority } from "./version-priority.ts";

/** An API group with its versions, the preferred one first. */
export interface ApiGroup {
  /** `""` is the core group. */
  readonly name: string;
  readonly versions: readonly ApiVersion[];
}

export interface ApiVersion {
  readonly version: string;
  readonly resources: readonly ServedResource[];
}

/** Built-in groups in the order in which clients look a short name up; all others follow by alphabet. */
const BUILT_IN_ORDER: readonly string[] = [
  "",
  "events.k8s.io",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "networking.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "storage.k8s.io",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "scheduling.k8s.io",
  "coordination.k8s.io",
  "node.k8s.io",
  "discovery.k8s.io",
];

/** Everything that is served, by group and version. */
export function apiGroups(registry: ResourceRegistry): readonly ApiGroup[] {
  const byGroup = grouped(registry.all(), ({ group }) => group);
  return [...byGroup]
    .map(([name, resources]) => ({ name, versions: apiVersions(resources) }))
    .sort((left, right) => place(left.name) - place(right.name) || (left.name < right.name ? -1 : 1));
}

/** `apps` stands first of the named groups: the kinds that people mean are there. */
function place(group: string): number {
  if (group === "apps") return 0.5;
  const index = BUILT_IN_ORDER.indexOf(group);
  return index < 0 ? BUILT_IN_ORDER.length : index;
}

function apiVersions(resources: readonly ServedResource[]): readonly ApiVersion[] {
  const byVersion = grouped(resources, ({ version }) => version);
  return [...byVersion]
    .map(([version, own]) => ({ version, resources: own.toSorted(byPlural) }))
    .sort((left, right) => byVersionPriority(left.version, right.version));
}

function grouped(
  resources: readonly ServedResource[],
  key: (resource: ServedResource) => string,
): ReadonlyMap<string, readonly ServedResource[]> {
  const groups = new Map<string, ServedResource[]>();
  for (const resource of resources) {
    const group = groups.get(key(resource));
    if (group === undefined) groups.set(key(resource), [resource]);
    else group.push(resource);
  }
  return groups;
}

function byPlural(left: ServedResource, right: ServedResource): number {
  return left.plural < right.plural ? -1 : 1;
}
