import type { PolicyRule } from "@heliostat/kube";

/* What those may do who view, edit or administer one namespace. */

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const ALL = [...WRITE, ...READ].sort();

const CORE_CONTENT = [
  "configmaps",
  "endpoints",
  "persistentvolumeclaims",
  "persistentvolumeclaims/status",
  "pods",
  "replicationcontrollers",
  "replicationcontrollers/scale",
  "serviceaccounts",
  "services",
  "services/status",
];
const CORE_OBSERVED = [
  "bindings",
  "events",
  "limitranges",
  "namespaces/status",
  "pods/log",
  "pods/status",
  "replicationcontrollers/status",
  "resourcequotas",
  "resourcequotas/status",
];
const APPS_SCALED = ["deployments", "replicasets", "statefulsets"];

/** Secrets are not to be viewed: they would let the viewer become whoever they belong to. */
export const VIEW_RULES: readonly PolicyRule[] = [
  rule("", CORE_CONTENT, READ),
  rule("", CORE_OBSERVED, READ),
  rule("", ["namespaces"], READ),
  rule("discovery.k8s.io", ["endpointslices"], READ),
  rule(
    "apps",
    [
      "controllerrevisions",
      "daemonsets",
      "daemonsets/status",
      ...APPS_SCALED.flatMap((each) => [each, `${each}/scale`, `${each}/status`]),
    ],
    READ,
  ),
  rule("autoscaling", ["horizontalpodautoscalers", "horizontalpodautoscalers/status"], READ),
  rule("batch", ["cronjobs", "cronjobs/status", "jobs", "jobs/status"], READ),
  rule("policy", ["poddisruptionbudgets", "poddisruptionbudgets/status"], READ),
  rule("networking.k8s.io", ["ingresses", "ingresses/status", "networkpolicies"], READ),
];

const INTO_PODS = ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy"];

/** Whoever runs pods can act as any account of the namespace, and may therefore say so. */
export const EDIT_RULES: readonly PolicyRule[] = [
  rule("", [...INTO_PODS, "secrets", "services/proxy"], READ),
  rule("", ["serviceaccounts"], ["impersonate"]),
  rule("", ["pods", ...INTO_PODS], WRITE),
  rule("", ["pods/eviction"], ["create"]),
  rule(
    "",
    [
      "configmaps",
      "events",
      "persistentvolumeclaims",
      "replicationcontrollers",
      "replicationcontrollers/scale",
      "secrets",
      "serviceaccounts",
      "services",
      "services/proxy",
    ],
    WRITE,
  ),
  rule("", ["serviceaccounts/token"], ["create"]),
  rule("apps", ["daemonsets", ...APPS_SCALED.flatMap((each) => [each, `${each}/scale`])], WRITE),
  rule("autoscaling", ["horizontalpodautoscalers"], WRITE),
  rule("batch", ["cronjobs", "jobs"], WRITE),
  rule("policy", ["poddisruptionbudgets"], WRITE),
  rule("networking.k8s.io", ["ingresses", "networkpolicies"], WRITE),
  rule("coordination.k8s.io", ["leases"], ALL),
];

/** The administrator of a namespace says who else may do there what he may. */
export const ADMIN_RULES: readonly PolicyRule[] = [
  rule("authorization.k8s.io", ["localsubjectaccessreviews"], ["create"]),
  rule("rbac.authorization.k8s.io", ["rolebindings", "roles"], ALL),
];

/** `kubectl top` is part of viewing. */
export const METRICS_RULES: readonly PolicyRule[] = [rule("metrics.k8s.io", ["nodes", "pods"], READ)];

function rule(apiGroup: string, resources: readonly string[], verbs: readonly string[]): PolicyRule {
  return { apiGroups: [apiGroup], resources, verbs };
}
