import { LEASE_COLUMNS, PRIORITY_CLASS_COLUMNS, RUNTIME_CLASS_COLUMNS } from "../../table/cluster-columns.ts";
import { STORAGE_CLASS_COLUMNS } from "../../table/storage-columns.ts";
import { builtinResource } from "../builtin-resource.ts";
import type { ServedResource } from "../served-resource.ts";
import { LEASE_STRATEGY, STORAGE_CLASS_STRATEGY } from "../strategies/configuration.ts";
import { PRIORITY_CLASS_STRATEGY } from "../strategies/priority-class.ts";

export const CLUSTER_RESOURCES: readonly ServedResource[] = [
  builtinResource({ kind: "Lease", plural: "leases", columns: LEASE_COLUMNS, strategy: LEASE_STRATEGY }),
  builtinResource({
    kind: "PriorityClass",
    plural: "priorityclasses",
    isClusterScoped: true,
    shortNames: ["pc"],
    columns: PRIORITY_CLASS_COLUMNS,
    strategy: PRIORITY_CLASS_STRATEGY,
  }),
  builtinResource({
    kind: "StorageClass",
    plural: "storageclasses",
    isClusterScoped: true,
    shortNames: ["sc"],
    columns: STORAGE_CLASS_COLUMNS,
    strategy: STORAGE_CLASS_STRATEGY,
  }),
  builtinResource({
    kind: "RuntimeClass",
    plural: "runtimeclasses",
    isClusterScoped: true,
    columns: RUNTIME_CLASS_COLUMNS,
  }),
];
