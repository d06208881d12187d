import { apiVersionOf, pathOf } from "@heliostat/kube";
import { subresourceFacts } from "../discovery/subresource-facts.ts";
import type { ServedResource, Subresource, Verb } from "../registry/served-resource.ts";
import { componentReference } from "./component-schemas.ts";

export type Paths = Readonly<Record<string, PathItem>>;

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathItem = Readonly<Partial<Record<Method, Operation>>> & { readonly parameters: readonly Parameter[] };

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: true;
  readonly schema: { readonly type: "string" | "boolean" | "integer" };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly "x-kubernetes-action": string;
  readonly "x-kubernetes-group-version-kind": GroupVersionKind;
}

type Content = Readonly<Record<string, { readonly schema: { readonly $ref?: string } }>>;

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Every path of a resource, with the operations that its verbs allow. */
export function resourcePaths(resource: ServedResource): Paths {
  const root = pathOf(resource);
  const collection = pathOf(resource, { namespace: "{namespace}" });
  const item = `${collection}/{name}`;
  const everywhere = operations(resource, { get: "list" });
  const below = resource.subresources.map((each) => [
    `${item}/${each}`,
    { ...subresourceOperations(resource, each), parameters: itemParameters(resource) },
  ]);
  return {
    ...(resource.isNamespaced && { [root]: { ...everywhere, parameters: [] } }),
    [collection]: {
      ...operations(resource, { get: "list", post: "create", delete: "deletecollection" }),
      parameters: collectionParameters(resource),
    },
    [item]: {
      ...operations(resource, { get: "get", put: "update", patch: "patch", delete: "delete" }),
      parameters: itemParameters(resource),
    },
    ...Object.fromEntries(below),
  };
}

const NAME: Parameter = { name: "name", in: "path", required: true, schema: { type: "string" } };
const NAMESPACE: Parameter = { name: "namespace", in: "path", required: true, schema: { type: "string" } };

function collectionParameters({ isNamespaced }: ServedResource): readonly Parameter[] {
  return isNamespaced ? [NAMESPACE] : [];
}

function itemParameters(resource: ServedResource): readonly Parameter[] {
  return [NAME, ...collectionParameters(resource)];
}

type Methods = Readonly<Partial<Record<Method, Verb>>>;

/** What stands under the methods of a path: an operation for each verb that the resource has. */
function operations(
  resource: ServedResource,
  methods: Methods,
): Readonly<Partial<Record<Method, Operation>>> {
  const { group, version, kind } = resource;
  const offered = Object.entries(methods).filter(([, verb]) => resource.verbs.includes(verb));
  return Object.fromEntries(
    offered.map(([method, verb]) => [
      method,
      operation({ resource, verb, subresource: "", speaks: { group, version, kind } }),
    ]),
  );
}

const METHOD_OF: Readonly<Record<string, Method>> = {
  get: "get",
  create: "post",
  update: "put",
  patch: "patch",
  delete: "delete",
};

function subresourceOperations(
  resource: ServedResource,
  subresource: Subresource,
): Readonly<Partial<Record<Method, Operation>>> {
  const { verbs, group, version, kind } = subresourceFacts(resource, subresource);
  return Object.fromEntries(
    verbs.map((verb) => [
      METHOD_OF[verb],
      operation({ resource, verb: verb as Verb, subresource, speaks: { group, version, kind } }),
    ]),
  );
}

interface OperationFacts {
  readonly resource: ServedResource;
  readonly verb: Verb;
  readonly subresource: Subresource | "";
  /** The kind of the bodies. */
  readonly speaks: GroupVersionKind;
}

function operation({ resource, verb, subresource, speaks }: OperationFacts): Operation {
  const isOwnKind = speaks.kind === resource.kind;
  const reference = isOwnKind ? componentReference(resource, verb === "list" ? "List" : "") : {};
  const types = requestTypes(resource, verb);
  return {
    operationId: `${verb}${apiVersionOf(resource).replaceAll(/[./]/g, "_")}${resource.plural}${subresource}`,
    parameters: (QUERY_PARAMETERS[verb] ?? []).map(queryParameter),
    ...(types.length > 0 && { requestBody: { content: content(types, verb === "patch" ? {} : reference) } }),
    responses: { "200": { description: "OK", content: content(["application/json"], reference) } },
    "x-kubernetes-action": ACTION[verb] ?? verb,
    "x-kubernetes-group-version-kind": speaks,
  };
}

const ACTION: Readonly<Partial<Record<Verb, string>>> = { create: "post", update: "put" };

/** By these names clients see what a request may ask for: kubectl leaves checking to us if it finds `fieldValidation`. */
const QUERY_PARAMETERS: Readonly<Partial<Record<Verb, readonly string[]>>> = {
  list: [
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "watch",
  ],
  create: ["dryRun", "fieldManager", "fieldValidation"],
  update: ["dryRun", "fieldManager", "fieldValidation"],
  patch: ["dryRun", "fieldManager", "fieldValidation", "force"],
  delete: ["dryRun", "gracePeriodSeconds", "propagationPolicy"],
  deletecollection: ["dryRun", "fieldSelector", "gracePeriodSeconds", "labelSelector", "propagationPolicy"],
};

const FLAGS: readonly string[] = ["allowWatchBookmarks", "force", "watch"];
const NUMBERS: readonly string[] = ["gracePeriodSeconds", "limit"];

function queryParameter(name: string): Parameter {
  const type = FLAGS.includes(name) ? "boolean" : NUMBERS.includes(name) ? "integer" : "string";
  return { name, in: "query", schema: { type } };
}

/** The media types of a request's body. Strategic merge patches are for built-in kinds only (Kubernetes rule). */
function requestTypes({ isCustom }: ServedResource, verb: Verb): readonly string[] {
  if (verb === "create" || verb === "update") return ["application/json", "application/yaml"];
  if (verb !== "patch") return [];
  const types = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
  ];
  return isCustom ? types : [...types, "application/strategic-merge-patch+json"];
}

function content(types: readonly string[], schema: { readonly $ref?: string }): Content {
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}
