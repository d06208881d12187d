import type {
  ConfigMap,
  ControllerRevision,
  CoreEvent,
  CronJob,
  CustomResourceDefinition,
  DaemonSet,
  Deployment,
  EndpointSlice,
  Endpoints,
  Event,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Lease,
  LimitRange,
  Namespace,
  NetworkPolicy,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  PodDisruptionBudget,
  PodTemplate,
  PriorityClass,
  ReplicaSet,
  ResourceQuota,
  Role,
  RoleBinding,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
  StorageClass,
} from "../gen/types.ts";
import { clusterScoped, namespaced, type Resource } from "./resource.ts";

export const NAMESPACES: Resource<Namespace> = clusterScoped("v1", "Namespace", "namespaces");
export const NODES: Resource<Node> = clusterScoped("v1", "Node", "nodes");
export const PODS: Resource<Pod> = namespaced("v1", "Pod", "pods");
export const SERVICES: Resource<Service> = namespaced("v1", "Service", "services");
export const SERVICE_ACCOUNTS: Resource<ServiceAccount> = namespaced(
  "v1",
  "ServiceAccount",
  "serviceaccounts",
);
export const SECRETS: Resource<Secret> = namespaced("v1", "Secret", "secrets");
export const CONFIG_MAPS: Resource<ConfigMap> = namespaced("v1", "ConfigMap", "configmaps");
export const CORE_EVENTS: Resource<CoreEvent> = namespaced("v1", "Event", "events");
export const EVENTS: Resource<Event> = namespaced("events.k8s.io/v1", "Event", "events");
export const ENDPOINTS: Resource<Endpoints> = namespaced("v1", "Endpoints", "endpoints");
export const ENDPOINT_SLICES: Resource<EndpointSlice> = namespaced(
  "discovery.k8s.io/v1",
  "EndpointSlice",
  "endpointslices",
);
export const PERSISTENT_VOLUME_CLAIMS: Resource<PersistentVolumeClaim> = namespaced(
  "v1",
  "PersistentVolumeClaim",
  "persistentvolumeclaims",
);
export const LEASES: Resource<Lease> = namespaced("coordination.k8s.io/v1", "Lease", "leases");
export const DEPLOYMENTS: Resource<Deployment> = namespaced("apps/v1", "Deployment", "deployments");
export const JOBS: Resource<Job> = namespaced("batch/v1", "Job", "jobs");
export const ROLES: Resource<Role> = namespaced("rbac.authorization.k8s.io/v1", "Role", "roles");
export const ROLE_BINDINGS: Resource<RoleBinding> = namespaced(
  "rbac.authorization.k8s.io/v1",
  "RoleBinding",
  "rolebindings",
);
export const INGRESSES: Resource<Ingress> = namespaced("networking.k8s.io/v1", "Ingress", "ingresses");
export const NETWORK_POLICIES: Resource<NetworkPolicy> = namespaced(
  "networking.k8s.io/v1",
  "NetworkPolicy",
  "networkpolicies",
);
export const CUSTOM_RESOURCE_DEFINITIONS: Resource<CustomResourceDefinition> = clusterScoped(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "customresourcedefinitions",
);
export const REPLICA_SETS: Resource<ReplicaSet> = namespaced("apps/v1", "ReplicaSet", "replicasets");
export const STATEFUL_SETS: Resource<StatefulSet> = namespaced("apps/v1", "StatefulSet", "statefulsets");
export const DAEMON_SETS: Resource<DaemonSet> = namespaced("apps/v1", "DaemonSet", "daemonsets");
export const CONTROLLER_REVISIONS: Resource<ControllerRevision> = namespaced(
  "apps/v1",
  "ControllerRevision",
  "controllerrevisions",
);
export const CRON_JOBS: Resource<CronJob> = namespaced("batch/v1", "CronJob", "cronjobs");
export const POD_DISRUPTION_BUDGETS: Resource<PodDisruptionBudget> = namespaced(
  "policy/v1",
  "PodDisruptionBudget",
  "poddisruptionbudgets",
);
export const HORIZONTAL_POD_AUTOSCALERS: Resource<HorizontalPodAutoscaler> = namespaced(
  "autoscaling/v2",
  "HorizontalPodAutoscaler",
  "horizontalpodautoscalers",
);
export const RESOURCE_QUOTAS: Resource<ResourceQuota> = namespaced("v1", "ResourceQuota", "resourcequotas");
export const LIMIT_RANGES: Resource<LimitRange> = namespaced("v1", "LimitRange", "limitranges");
export const POD_TEMPLATES: Resource<PodTemplate> = namespaced("v1", "PodTemplate", "podtemplates");
export const PERSISTENT_VOLUMES: Resource<PersistentVolume> = clusterScoped(
  "v1",
  "PersistentVolume",
  "persistentvolumes",
);
export const PRIORITY_CLASSES: Resource<PriorityClass> = clusterScoped(
  "scheduling.k8s.io/v1",
  "PriorityClass",
  "priorityclasses",
);
export const STORAGE_CLASSES: Resource<StorageClass> = clusterScoped(
  "storage.k8s.io/v1",
  "StorageClass",
  "storageclasses",
);
