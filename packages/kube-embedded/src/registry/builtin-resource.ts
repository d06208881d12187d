import { KUBE_SCHEMAS, type Schema } from "@heliostat/kube";
import { PLAIN_COLUMNS } from "../table/cluster-columns.ts";
import type {
  Column,
  ResourceStrategy,
  ScalePaths,
  SelectableField,
  ServedResource,
  Subresource,
  Verb,
} from "./served-resource.ts";

/** What is particular about a built-in kind. The rest follows from its schema and from what all kinds share. */
export interface BuiltinFacts {
  /** Its name among `KUBE_SCHEMAS`. @default `kind` */
  readonly schema?: string;
  readonly kind: string;
  readonly plural: string;
  readonly isClusterScoped?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs?: readonly Verb[];
  readonly subresources?: readonly Subresource[];
  /** Present when another resource has the storage. */
  readonly storedAs?: { readonly storageKey: string; readonly version: string };
  readonly columns?: readonly Column[];
  readonly selectableFields?: readonly SelectableField[];
  readonly strategy?: ResourceStrategy;
}

/** In the order of discovery documents. */
const ALL_VERBS: readonly Verb[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

const SCALE_PATHS: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
  labelSelectorPath: ".spec.selector",
};

export function builtinResource(facts: BuiltinFacts): ServedResource {
  const { kind, plural, storedAs, subresources = [], columns = PLAIN_COLUMNS } = facts;
  const schema = definitionOf(facts.schema ?? kind);
  const { group, version } = schema["x-kubernetes-group-version-kind"]?.[0] ?? { group: "", version: "v1" };
  return {
    group,
    version,
    plural,
    singular: kind.toLowerCase(),
    kind,
    listKind: `${kind}List`,
    isNamespaced: !facts.isClusterScoped,
    shortNames: facts.shortNames ?? [],
    categories: facts.categories ?? [],
    verbs: facts.verbs ?? ALL_VERBS,
    subresources,
    storageKey: storedAs?.storageKey ?? `${group}/${plural}`,
    storageVersion: storedAs?.version ?? version,
    isCustom: false,
    schema,
    columns,
    selectableFields: facts.selectableFields ?? [],
    ...(subresources.includes("scale") && { scale: SCALE_PATHS }),
    strategy: facts.strategy ?? {},
  };
}

/** A kind that is a question: created, answered, never stored. */
export function reviewResource(
  facts: Pick<BuiltinFacts, "kind" | "plural" | "isClusterScoped">,
): ServedResource {
  return builtinResource({ ...facts, verbs: ["create"], strategy: { isReview: true } });
}

function definitionOf(name: string): Schema {
  const schema = KUBE_SCHEMAS[name];
  if (schema) return schema;
  throw new Error(`Cannot serve built-in kind "${name}": it has no schema`);
}
