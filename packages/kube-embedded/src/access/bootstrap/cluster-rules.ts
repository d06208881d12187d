import type { PolicyRule } from "@heliostat/kube";

/* What callers may do who are no users of one namespace: everybody, monitors, delegates, nodes. */

const READ = ["get", "list", "watch"];

export const PUBLIC_PATHS: readonly string[] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

export const DISCOVERY_PATHS: readonly string[] = [
  "/api",
  "/api/*",
  "/apis",
  "/apis/*",
  "/openapi",
  "/openapi/*",
  ...PUBLIC_PATHS,
];

export const MONITORING_PATHS: readonly string[] = [
  "/healthz",
  "/healthz/*",
  "/livez",
  "/livez/*",
  "/metrics",
  "/metrics/slis",
  "/readyz",
  "/readyz/*",
];

/** Everybody may ask what he may. */
export const BASIC_USER_RULES: readonly PolicyRule[] = [
  rule("authorization.k8s.io", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
  rule("authentication.k8s.io", ["selfsubjectreviews"], ["create"]),
];

/** A server that leaves its own callers to be judged here. */
export const DELEGATOR_RULES: readonly PolicyRule[] = [
  rule("authentication.k8s.io", ["tokenreviews"], ["create"]),
  rule("authorization.k8s.io", ["subjectaccessreviews"], ["create"]),
];

/** What a kubelet needs. Nobody is bound to it: the one of the laptop is no caller over the network. */
export const NODE_RULES: readonly PolicyRule[] = [
  rule("authentication.k8s.io", ["tokenreviews"], ["create"]),
  rule("authorization.k8s.io", ["localsubjectaccessreviews", "subjectaccessreviews"], ["create"]),
  rule("", ["services"], READ),
  rule("", ["nodes"], ["create", ...READ, "update", "patch"]),
  rule("", ["nodes/status"], ["patch", "update"]),
  rule("", ["events"], ["create", "patch", "update"]),
  rule("", ["pods"], [...READ, "create", "delete"]),
  rule("", ["pods/status"], ["patch", "update"]),
  rule("", ["pods/eviction"], ["create"]),
  rule("", ["configmaps", "secrets"], READ),
  rule("", ["persistentvolumeclaims", "persistentvolumes", "endpoints"], ["get"]),
  rule("", ["serviceaccounts/token"], ["create"]),
  rule("coordination.k8s.io", ["leases"], ["create", "delete", "get", "patch", "update"]),
  rule("node.k8s.io", ["runtimeclasses"], READ),
];

export function pathRule(nonResourceURLs: readonly string[]): PolicyRule {
  return { nonResourceURLs, verbs: ["get"] };
}

function rule(apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}
