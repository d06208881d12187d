export type * from "../gen/types.ts";
export type {
  Applicable,
  ApplyOptions,
  CallOptions,
  CreateOptions,
  DeleteOptions,
  JsonPatchOperation,
  KubeClient,
  KubeReader,
  KubeWriter,
  ListOptions,
  ObjectList,
  Patch,
  PatchOptions,
  SubresourceOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
export { type Condition, conditionOf, isConditionTrue, withCondition } from "./condition.ts";
export { type IntOrPercent, isPercent, resolvedCount } from "./int-or-percent.ts";
export { type Intercept, interceptedClient, type KubeRequest } from "./intercepted-client.ts";
export {
  type FieldCause,
  isKubeError,
  KubeError,
  type KubeErrorOptions,
  type KubeReason,
  STATUS_CODE,
} from "./kube-error.ts";
export type { KubeWire, WireAnswer, WireRequest } from "./kube-wire.ts";
export { type LogFields, type Logger, SILENT } from "./logger.ts";
export {
  type Measured,
  type MetricsSource,
  NODE_METRICS,
  type NodeMetrics,
  type NodeUsage,
  POD_METRICS,
  type PodMetrics,
  type PodUsage,
  type Usage,
  type UsageQuantities,
} from "./metrics.ts";
export {
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isLabelValue,
  isQualifiedName,
  randomSuffix,
} from "./names.ts";
export type {
  AttachOptions,
  AttachSession,
  ByteStream,
  ConnectOptions,
  ContainerName,
  ExecOptions,
  ExecSession,
  LogOptions,
  NodePort,
} from "./node-port.ts";
export {
  isTerminating,
  type Json,
  type KubeObject,
  keyOf,
  nameFromKey,
  nameOf,
  type ObjectName,
} from "./object.ts";
export { controllerOf, controllerReference, isControlledBy } from "./owner.ts";
export { applyJsonPatch } from "./patch/json-patch.ts";
export { applyMergePatch, isEqualJson, mergePatchBetween } from "./patch/merge-patch.ts";
export { applyStrategicMergePatch } from "./patch/strategic-merge-patch.ts";
export {
  type Amounts,
  amountsOf,
  podAmounts,
  quantitiesOf,
  summedAmounts,
} from "./pod-resources.ts";
export {
  canonicalQuantity,
  parseQuantity,
  printQuantity,
  type QuantityFormat,
  quantityCeil,
  quantityFormat,
} from "./quantity.ts";
export { isInQuotaScope } from "./quota/quota-scope.ts";
export { quotaUsage } from "./quota/quota-usage.ts";
export {
  apiVersionOf,
  clusterScoped,
  groupResource,
  groupVersion,
  namespaced,
  pathOf,
  type Resource,
} from "./resource.ts";
export {
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  CORE_EVENTS,
  CRON_JOBS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  INGRESSES,
  JOBS,
  LEASES,
  LIMIT_RANGES,
  NAMESPACES,
  NETWORK_POLICIES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  POD_TEMPLATES,
  PODS,
  PRIORITY_CLASSES,
  REPLICA_SETS,
  RESOURCE_QUOTAS,
  ROLE_BINDINGS,
  ROLES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
  STORAGE_CLASSES,
} from "./resources.ts";
export { KUBE_SCHEMAS, type Schema, type ValidationRule } from "./schemas.ts";
export { type FieldRequirement, matchesFields, parseFieldSelector } from "./select/field-selector.ts";
export {
  type LabelRequirement,
  type LabelSelectorSpec,
  labelSelectorText,
  matchesLabels,
  parseLabelSelector,
  requirementsOf,
} from "./select/label-selector.ts";
export { structuralSchemas } from "./structural-schemas.ts";
export { type Backoff, backoffMs } from "./time/backoff.ts";
export { type Clock, type Random, sleep, type Timer } from "./time/clock.ts";
export { epochMsOf, microTimestamp, timestamp } from "./time/timestamp.ts";
