import {
  type ClusterRoleBinding,
  type ConfigMap,
  type ControllerRevision,
  conditionOf,
  isConditionTrue,
  type Lease,
  type Namespace,
  type Node,
  type PriorityClass,
  type ResourceQuota,
  type RoleBinding,
  type RuntimeClass,
  type Secret,
  type ServiceAccount,
} from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import {
  AGE_COLUMN,
  CREATED_AT_COLUMN,
  countColumn,
  listText,
  NAME_COLUMN,
  NONE,
  textColumn,
  UNKNOWN,
  wide,
} from "./column.ts";

/** Of kinds for which kubectl shows nothing of their own. */
export const PLAIN_COLUMNS: readonly Column[] = [NAME_COLUMN, AGE_COLUMN];

export const DATED_COLUMNS: readonly Column[] = [NAME_COLUMN, CREATED_AT_COLUMN];

export const NAMESPACE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Namespace>("Status", ({ status }) => status?.phase ?? ""),
  AGE_COLUMN,
];

export const NODE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Node>("Status", nodeStatus),
  textColumn<Node>("Roles", nodeRoles),
  AGE_COLUMN,
  textColumn<Node>("Version", ({ status }) => status?.nodeInfo?.kubeletVersion ?? ""),
  wide(textColumn<Node>("Internal-IP", (node) => nodeAddress(node, "InternalIP"))),
  wide(textColumn<Node>("External-IP", (node) => nodeAddress(node, "ExternalIP"))),
  wide(textColumn<Node>("OS-Image", ({ status }) => status?.nodeInfo?.osImage || UNKNOWN)),
  wide(textColumn<Node>("Kernel-Version", ({ status }) => status?.nodeInfo?.kernelVersion || UNKNOWN)),
  wide(
    textColumn<Node>(
      "Container-Runtime",
      ({ status }) => status?.nodeInfo?.containerRuntimeVersion || UNKNOWN,
    ),
  ),
];

export const QUOTA_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<ResourceQuota>("Request", (quota) => quotaText(quota, (resource) => !isLimit(resource))),
  textColumn<ResourceQuota>("Limit", (quota) => quotaText(quota, isLimit)),
  AGE_COLUMN,
];

function isLimit(resource: string): boolean {
  return resource.startsWith("limits.");
}

/** `cpu: 1/2, pods: 3/10`: of each resource what is used and what may be. */
function quotaText({ status }: ResourceQuota, isShown: (resource: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  const shown = Object.keys(hard).filter(isShown).sort();
  return shown.map((resource) => `${resource}: ${used[resource] ?? "0"}/${hard[resource]}`).join(", ");
}

export const CONFIG_MAP_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<ConfigMap>("Data", ({ data, binaryData }) => sizeOf(data) + sizeOf(binaryData)),
  AGE_COLUMN,
];

export const SECRET_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Secret>("Type", ({ type }) => type ?? ""),
  countColumn<Secret>("Data", ({ data }) => sizeOf(data)),
  AGE_COLUMN,
];

export const SERVICE_ACCOUNT_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<ServiceAccount>("Secrets", ({ secrets = [] }) => secrets.length),
  AGE_COLUMN,
];

export const LEASE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<Lease>("Holder", ({ spec }) => spec?.holderIdentity ?? ""),
  AGE_COLUMN,
];

export const PRIORITY_CLASS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<PriorityClass>("Value", ({ value = 0 }) => value),
  textColumn<PriorityClass>("Global-Default", ({ globalDefault = false }) => String(globalDefault)),
  AGE_COLUMN,
  textColumn<PriorityClass>(
    "PreemptionPolicy",
    ({ preemptionPolicy = "PreemptLowerPriority" }) => preemptionPolicy,
  ),
];

export const RUNTIME_CLASS_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<RuntimeClass>("Handler", ({ handler }) => handler),
  AGE_COLUMN,
];

export const CONTROLLER_REVISION_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<ControllerRevision>("Controller", ({ metadata }) => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    return owner ? `${owner.kind.toLowerCase()}.${owner.apiVersion.split("/")[0]}/${owner.name}` : NONE;
  }),
  countColumn<ControllerRevision>("Revision", ({ revision }) => revision),
  AGE_COLUMN,
];

export const ROLE_BINDING_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<RoleBinding>("Role", ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE_COLUMN,
  wide(textColumn<RoleBinding>("Users", (binding) => subjectsOf(binding, "User"))),
  wide(textColumn<RoleBinding>("Groups", (binding) => subjectsOf(binding, "Group"))),
  wide(textColumn<RoleBinding>("ServiceAccounts", (binding) => subjectsOf(binding, "ServiceAccount"))),
];

function nodeStatus({ spec, status }: Node): string {
  const ready = conditionOf(status?.conditions, "Ready");
  const state = isConditionTrue(status?.conditions, "Ready") ? "Ready" : "NotReady";
  const shown = ready ? state : "Unknown";
  return spec?.unschedulable ? `${shown},SchedulingDisabled` : shown;
}

const ROLE_PREFIX = "node-role.kubernetes.io/";

function nodeRoles({ metadata }: Node): string {
  const labels = Object.entries(metadata.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length)
      return [key.slice(ROLE_PREFIX.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return listText([...new Set(roles)].sort());
}

function nodeAddress({ status }: Node, type: string): string {
  return status?.addresses?.find((each) => each.type === type)?.address ?? NONE;
}

function subjectsOf({ subjects = [] }: RoleBinding | ClusterRoleBinding, kind: string): string {
  const matching = subjects.filter((subject) => subject.kind === kind);
  return matching
    .map(({ name, namespace }) => (kind === "ServiceAccount" ? `${namespace}/${name}` : name))
    .join(", ");
}

function sizeOf(map: object | undefined): number {
  return map ? Object.keys(map).length : 0;
}
