import type { FieldCause, KubeObject, ObjectName, Schema } from "@heliostat/kube";

/** One resource as the API serves it in one version: built in, or brought by a CustomResourceDefinition. */
export interface ServedResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  /** @default `${kind}List` for every kind we serve */
  readonly listKind: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Where its objects are stored. Versions of one kind share it (`ray.io/rayclusters`, `/events`). */
  readonly storageKey: string;
  /** The version written to the store, when it is not this one. */
  readonly storageVersion: string;
  readonly isCustom: boolean;
  /** The kind's structural schema; `$ref`s name definitions of `KUBE_SCHEMAS`. */
  readonly schema: Schema;
  readonly columns: readonly Column[];
  /** What field selectors may name besides `metadata.name` and `metadata.namespace`. @default none */
  readonly selectableFields?: readonly SelectableField[];
  /** Where the `scale` subresource finds its numbers; present exactly when `subresources` has `scale`. */
  readonly scale?: ScalePaths;
  /** Shown as a `Warning` header with every request to this version. */
  readonly deprecationWarning?: string;
  /** A kind that is never stored: what there is of it is found out with each request. Such kinds can only be read. */
  readonly computed?: () => Promise<readonly KubeObject[]>;
  /** What this kind does beyond the rules that all kinds share. */
  readonly strategy: ResourceStrategy;
}

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

export type Subresource =
  | "status"
  | "scale"
  | "log"
  | "exec"
  | "attach"
  | "portforward"
  | "proxy"
  | "binding"
  | "eviction"
  | "token"
  | "finalize"
  | "ephemeralcontainers"
  | "resize";

/** A field that a selector may name. */
export interface SelectableField {
  /** As the selector writes it: `status.phase`. */
  readonly path: string;
  /** Where the value lies, when that is elsewhere. @default `path` */
  readonly at?: string;
  /** What an absent value counts as. @default the empty text */
  readonly fallback?: string;
}

/** JSON paths with a leading dot, as CustomResourceDefinitions write them: `.spec.replicas`. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  /** Holds the selector as text, or (built-in kinds) as an object. */
  readonly labelSelectorPath?: string;
}

/** One column of the table that `kubectl get` prints. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description?: string;
  /** 0 always, 1 with `-o wide`. */
  readonly priority: number;
  /** The cell of one object: a JSON scalar, or `null` where there is nothing to show. Dates become ages here. */
  cell(object: KubeObject, nowMs: number): string | number | boolean | null;
}

/** The hooks in which kinds differ. Each returns a new object and never changes what it is given. */
export interface ResourceStrategy {
  /** Fill in what the kind defaults on every write (built-in kinds; custom ones default by schema). */
  defaults?(object: KubeObject): KubeObject;
  /** Before a create is validated: allocate addresses, set the first phase, drop what a caller may not set. */
  prepareForCreate?(object: KubeObject, context: StrategyContext): KubeObject;
  /** Before an update is validated: carry over what a caller may not change. */
  prepareForUpdate?(object: KubeObject, stored: KubeObject, context: UpdateContext): KubeObject;
  /** What the schema cannot say, in Kubernetes' words. `stored` is the object before an update. */
  validate?(object: KubeObject, stored?: KubeObject, subresource?: string): readonly FieldCause[];
  /** What of `proposed` a subresource may change, where that is neither the status nor the whole. */
  withinSubresource?(subresource: string, current: KubeObject, proposed: KubeObject): KubeObject;
  /** The rule that names of this kind keep. @default `subdomain` (DNS-1123) */
  readonly nameRule?: NameRule;
  /** Whether `metadata.generation` counts the changes of what is wanted. @default for custom kinds only */
  readonly tracksGeneration?: boolean;
  /** What becomes of dependents when the caller does not say. @default Background */
  readonly defaultPropagation?: "Background" | "Orphan";
  /** The stored form of an object of this version, where more than the apiVersion differs. */
  toStored?(object: KubeObject): KubeObject;
  /** The reverse of {@link toStored}. */
  fromStored?(stored: KubeObject): KubeObject;
  /** A stored object of this very version with the defaults that have come since; absent where none can. */
  completed?(stored: KubeObject): KubeObject;
  /** Whether more than finalizers keeps a terminating object from being removed (Namespace: `spec.finalizers`). */
  isHeldBack?(object: KubeObject): boolean;
  /** When deletion begins: show it (Namespace: phase Terminating). */
  prepareForDelete?(object: KubeObject): KubeObject;
  /** Why this very object may never be deleted, if so. */
  deletionRefusal?(object: KubeObject): string | undefined;
  /** Whether a create may bring a status in spite of the subresource (Node). @default false */
  readonly keepsStatusOnCreate?: boolean;
  /** A kind that is only asked and never stored; `create` answers it. @default false */
  readonly isReview?: boolean;
  /** Whether PUT to an absent object creates it (Lease, Event, RBAC kinds). */
  readonly allowsCreateOnUpdate?: boolean;
  /** Whether PUT without a resourceVersion is accepted (built-in kinds; never custom ones). */
  readonly allowsUnconditionalUpdate?: boolean;
  /** Seconds between the request to delete and the removal (only pods have any). `0`: at once. */
  gracePeriodSeconds?(object: KubeObject, requested: number | undefined): number;
}

/** DNS-1123 subdomain or label, DNS-1035 label, or anything that can stand in a URL path (RBAC kinds). */
export type NameRule = "subdomain" | "label" | "label1035" | "pathSegment";

export interface StrategyContext {
  readonly nowMs: number;
  /** Another stored object: `find("scheduling.k8s.io/priorityclasses", { name })`. */
  find(storageKey: string, name: ObjectName): KubeObject | undefined;
  /** A random text that can end a name. */
  nameSuffix(): string;
  /** Whether a service may have this address: of the service range, and of no other service. */
  isServiceAddressFree(address: string): boolean;
  /** A port of 30000–32767 that no service has. */
  allocateNodePort(): number;
  /** Why no new service may have this node port; `undefined`: it may. */
  nodePortProblem(port: number): string | undefined;
  /** A text that is unique in this API: `10.96.0.7` for a service address. */
  allocateServiceAddress(): string;
}

interface UpdateContext extends StrategyContext {
  /** Through which subresource the write came, if it did. */
  readonly subresource?: string;
}
