import type { ClusterRole, ClusterRoleBinding, PolicyRule } from "@heliostat/kube";
import { FULL_RULES } from "../policy.ts";
import { AUTHENTICATED, UNAUTHENTICATED } from "../subject-names.ts";
import {
  BASIC_USER_RULES,
  DELEGATOR_RULES,
  DISCOVERY_PATHS,
  MONITORING_PATHS,
  NODE_RULES,
  PUBLIC_PATHS,
  pathRule,
} from "./cluster-rules.ts";
import { ADMIN_RULES, EDIT_RULES, METRICS_RULES, VIEW_RULES } from "./namespace-rules.ts";

const GROUP = "rbac.authorization.k8s.io";

/** The user-facing roles, from least to most. Each has what the one before it has. */
type Ladder = "view" | "edit" | "admin";

/** The ClusterRoles that a fresh Kubernetes has and that users and charts name. */
export function bootstrapRoles(): readonly ClusterRole[] {
  return [
    role("cluster-admin", FULL_RULES),
    role("system:discovery", [pathRule(DISCOVERY_PATHS)]),
    role("system:public-info-viewer", [pathRule(PUBLIC_PATHS)]),
    role("system:monitoring", [pathRule(MONITORING_PATHS)]),
    role("system:basic-user", BASIC_USER_RULES),
    role("system:auth-delegator", DELEGATOR_RULES),
    role("system:node", NODE_RULES),
    role("system:aggregate-to-view", VIEW_RULES, ["view"]),
    role("system:aggregate-to-edit", EDIT_RULES, ["edit"]),
    role("system:aggregate-to-admin", ADMIN_RULES, ["admin"]),
    role("system:aggregated-metrics-reader", METRICS_RULES, ["view", "edit", "admin"]),
    aggregatingRole("view", ["edit"]),
    aggregatingRole("edit", ["admin"]),
    aggregatingRole("admin", []),
  ];
}

/** Whom Kubernetes binds to them from the start. */
export function bootstrapBindings(): readonly ClusterRoleBinding[] {
  return [
    binding("cluster-admin", ["system:masters"]),
    binding("system:discovery", [AUTHENTICATED]),
    binding("system:public-info-viewer", [AUTHENTICATED, UNAUTHENTICATED]),
    binding("system:basic-user", [AUTHENTICATED]),
    binding("system:monitoring", ["system:monitoring"]),
  ];
}

/** Set to `false` on a role or binding, its owner has taken it over: no start adds to it again. */
export const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

function role(name: string, rules: readonly PolicyRule[], aggregatedTo: readonly Ladder[] = []): ClusterRole {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: bootstrapMetadata(name, Object.fromEntries(aggregatedTo.map((each) => [label(each), "true"]))),
    rules,
  };
}

/** Its rules are what the roles with its label have; it is itself part of the roles in `aggregatedTo`. */
function aggregatingRole(name: Ladder, aggregatedTo: readonly Ladder[]): ClusterRole {
  const clusterRoleSelectors = [{ matchLabels: { [label(name)]: "true" } }];
  return { ...role(name, [], aggregatedTo), aggregationRule: { clusterRoleSelectors } };
}

function label(to: Ladder): string {
  return `${GROUP}/aggregate-to-${to}`;
}

function binding(name: string, groups: readonly string[]): ClusterRoleBinding {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: bootstrapMetadata(name),
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
    subjects: groups.map((each) => ({ apiGroup: GROUP, kind: "Group", name: each })),
  };
}

function bootstrapMetadata(
  name: string,
  labels: Readonly<Record<string, string>> = {},
): ClusterRole["metadata"] {
  return {
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
    annotations: { [AUTO_UPDATE]: "true" },
  };
}
