import {
  CONFIG_MAP_COLUMNS,
  DATED_COLUMNS,
  NAMESPACE_COLUMNS,
  NODE_COLUMNS,
  QUOTA_COLUMNS,
  SECRET_COLUMNS,
  SERVICE_ACCOUNT_COLUMNS,
} from "../../table/cluster-columns.ts";
import { EVENT_COLUMNS } from "../../table/event-columns.ts";
import { ENDPOINTS_COLUMNS, SERVICE_COLUMNS } from "../../table/network-columns.ts";
import { POD_COLUMNS } from "../../table/pod-columns.ts";
import { CLAIM_COLUMNS, VOLUME_COLUMNS } from "../../table/storage-columns.ts";
import { REPLICATION_CONTROLLER_COLUMNS } from "../../table/workload-columns.ts";
import { builtinResource } from "../builtin-resource.ts";
import {
  CORE_EVENT_FIELDS,
  EVENT_FIELDS,
  NAMESPACE_FIELDS,
  NODE_FIELDS,
  POD_FIELDS,
  REPLICA_FIELDS,
  SECRET_FIELDS,
} from "../selectable-fields.ts";
import type { ServedResource } from "../served-resource.ts";
import {
  CLAIM_STRATEGY,
  CONFIG_MAP_STRATEGY,
  COUNTED_STRATEGY,
  LIMIT_RANGE_STRATEGY,
  NODE_STRATEGY,
  SECRET_STRATEGY,
  VOLUME_STRATEGY,
} from "../strategies/configuration.ts";
import { CORE_EVENT_STRATEGY, EVENT_STRATEGY } from "../strategies/event.ts";
import { NAMESPACE_STRATEGY } from "../strategies/namespace.ts";
import { POD_STRATEGY } from "../strategies/pod.ts";
import { SERVICE_STRATEGY } from "../strategies/service.ts";
import { REPLICATION_CONTROLLER_STRATEGY } from "../strategies/workloads.ts";

export const CORE_RESOURCES: readonly ServedResource[] = [
  builtinResource({
    kind: "Namespace",
    plural: "namespaces",
    isClusterScoped: true,
    verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
    shortNames: ["ns"],
    subresources: ["status", "finalize"],
    columns: NAMESPACE_COLUMNS,
    selectableFields: NAMESPACE_FIELDS,
    strategy: NAMESPACE_STRATEGY,
  }),
  builtinResource({
    kind: "Node",
    plural: "nodes",
    isClusterScoped: true,
    shortNames: ["no"],
    subresources: ["status", "proxy"],
    columns: NODE_COLUMNS,
    selectableFields: NODE_FIELDS,
    strategy: NODE_STRATEGY,
  }),
  builtinResource({
    kind: "Pod",
    plural: "pods",
    shortNames: ["po"],
    categories: ["all"],
    subresources: [
      "status",
      "binding",
      "eviction",
      "ephemeralcontainers",
      "resize",
      "log",
      "exec",
      "attach",
      "portforward",
      "proxy",
    ],
    columns: POD_COLUMNS,
    selectableFields: POD_FIELDS,
    strategy: POD_STRATEGY,
  }),
  builtinResource({ kind: "PodTemplate", plural: "podtemplates", strategy: COUNTED_STRATEGY }),
  builtinResource({
    kind: "ReplicationController",
    plural: "replicationcontrollers",
    shortNames: ["rc"],
    categories: ["all"],
    subresources: ["status", "scale"],
    columns: REPLICATION_CONTROLLER_COLUMNS,
    selectableFields: REPLICA_FIELDS,
    strategy: REPLICATION_CONTROLLER_STRATEGY,
  }),
  builtinResource({
    kind: "Service",
    plural: "services",
    shortNames: ["svc"],
    categories: ["all"],
    subresources: ["status", "proxy"],
    columns: SERVICE_COLUMNS,
    selectableFields: [{ path: "spec.type" }, { path: "spec.clusterIP" }],
    strategy: SERVICE_STRATEGY,
  }),
  builtinResource({
    kind: "ServiceAccount",
    plural: "serviceaccounts",
    shortNames: ["sa"],
    subresources: ["token"],
    columns: SERVICE_ACCOUNT_COLUMNS,
  }),
  builtinResource({
    kind: "Secret",
    plural: "secrets",
    columns: SECRET_COLUMNS,
    selectableFields: SECRET_FIELDS,
    strategy: SECRET_STRATEGY,
  }),
  builtinResource({
    kind: "ConfigMap",
    plural: "configmaps",
    shortNames: ["cm"],
    columns: CONFIG_MAP_COLUMNS,
    strategy: CONFIG_MAP_STRATEGY,
  }),
  builtinResource({
    schema: "CoreEvent",
    kind: "Event",
    plural: "events",
    shortNames: ["ev"],
    columns: EVENT_COLUMNS,
    selectableFields: CORE_EVENT_FIELDS,
    strategy: CORE_EVENT_STRATEGY,
  }),
  builtinResource({
    kind: "Event",
    plural: "events",
    shortNames: ["ev"],
    storedAs: { storageKey: "/events", version: "v1" },
    columns: EVENT_COLUMNS,
    selectableFields: EVENT_FIELDS,
    strategy: EVENT_STRATEGY,
  }),
  builtinResource({ kind: "Endpoints", plural: "endpoints", shortNames: ["ep"], columns: ENDPOINTS_COLUMNS }),
  builtinResource({
    kind: "PersistentVolumeClaim",
    plural: "persistentvolumeclaims",
    shortNames: ["pvc"],
    subresources: ["status"],
    columns: CLAIM_COLUMNS,
    strategy: CLAIM_STRATEGY,
  }),
  builtinResource({
    kind: "PersistentVolume",
    plural: "persistentvolumes",
    isClusterScoped: true,
    shortNames: ["pv"],
    subresources: ["status"],
    columns: VOLUME_COLUMNS,
    strategy: VOLUME_STRATEGY,
  }),
  builtinResource({
    kind: "ResourceQuota",
    plural: "resourcequotas",
    shortNames: ["quota"],
    subresources: ["status"],
    columns: QUOTA_COLUMNS,
  }),
  builtinResource({
    kind: "LimitRange",
    plural: "limitranges",
    shortNames: ["limits"],
    columns: DATED_COLUMNS,
    strategy: LIMIT_RANGE_STRATEGY,
  }),
];
