import type { SelectableField } from "./served-resource.ts";

/* What field selectors may name, kind by kind, besides name and namespace (Kubernetes' own lists). */

export const POD_FIELDS: readonly SelectableField[] = [
  { path: "spec.nodeName" },
  { path: "spec.restartPolicy" },
  { path: "spec.schedulerName" },
  { path: "spec.serviceAccountName" },
  { path: "spec.hostNetwork", fallback: "false" },
  { path: "status.phase" },
  { path: "status.podIP" },
  { path: "status.nominatedNodeName" },
];

export const NODE_FIELDS: readonly SelectableField[] = [{ path: "spec.unschedulable", fallback: "false" }];

export const NAMESPACE_FIELDS: readonly SelectableField[] = [{ path: "status.phase" }];

export const SECRET_FIELDS: readonly SelectableField[] = [{ path: "type" }];

export const JOB_FIELDS: readonly SelectableField[] = [
  { path: "status.successful", at: "status.succeeded", fallback: "0" },
];

export const REPLICA_FIELDS: readonly SelectableField[] = [{ path: "status.replicas", fallback: "0" }];

const REFERENCE = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

export const CORE_EVENT_FIELDS: readonly SelectableField[] = [
  ...REFERENCE.map((field) => ({ path: `involvedObject.${field}` })),
  { path: "reason" },
  { path: "type" },
  { path: "reportingComponent" },
  { path: "source", at: "source.component" },
];

export const EVENT_FIELDS: readonly SelectableField[] = [
  ...REFERENCE.map((field) => ({ path: `regarding.${field}` })),
  { path: "reason" },
  { path: "type" },
  { path: "reportingController" },
];
