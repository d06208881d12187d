import {
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  type CustomResourceDefinition,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  groupResource,
  HORIZONTAL_POD_AUTOSCALERS,
  INGRESSES,
  isConditionTrue,
  isTerminating,
  JOBS,
  LEASES,
  LIMIT_RANGES,
  NETWORK_POLICIES,
  PERSISTENT_VOLUME_CLAIMS,
  POD_DISRUPTION_BUDGETS,
  POD_TEMPLATES,
  PODS,
  REPLICA_SETS,
  RESOURCE_QUOTAS,
  type Resource,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
} from "@heliostat/kube";

/** The built-in resources whose objects live in namespaces and may own each other. Events are left to expire. */
export const BUILT_IN_RESOURCES: readonly Resource[] = [
  PODS,
  SERVICES,
  ENDPOINTS,
  ENDPOINT_SLICES,
  CONFIG_MAPS,
  SECRETS,
  SERVICE_ACCOUNTS,
  PERSISTENT_VOLUME_CLAIMS,
  DEPLOYMENTS,
  REPLICA_SETS,
  STATEFUL_SETS,
  DAEMON_SETS,
  CONTROLLER_REVISIONS,
  JOBS,
  CRON_JOBS,
  HORIZONTAL_POD_AUTOSCALERS,
  POD_DISRUPTION_BUDGETS,
  POD_TEMPLATES,
  RESOURCE_QUOTAS,
  LIMIT_RANGES,
  LEASES,
  ROLES,
  ROLE_BINDINGS,
  INGRESSES,
  NETWORK_POLICIES,
];

/** The given resources and those that custom resource definitions add to them. */
export function servedResources(
  builtIn: readonly Resource[],
  definitions: readonly CustomResourceDefinition[],
): readonly Resource[] {
  const custom = definitions.flatMap((definition) => customResource(definition) ?? []);
  const known = new Set(builtIn.map(groupResource));
  return [...builtIn, ...custom.filter((resource) => !known.has(groupResource(resource)))];
}

/** The resource of a definition once it is served; the version is the one that is stored. */
function customResource(definition: CustomResourceDefinition): Resource | undefined {
  const { spec, status } = definition;
  if (!isConditionTrue(status?.conditions, "Established") || isTerminating(definition)) return undefined;
  const version =
    spec.versions.find(({ served, storage }) => served && storage) ??
    spec.versions.find(({ served }) => served);
  if (!version) return undefined;
  return {
    group: spec.group,
    version: version.name,
    plural: spec.names.plural,
    kind: spec.names.kind,
    isNamespaced: spec.scope === "Namespaced",
  };
}
