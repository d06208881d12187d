import {
  apiVersionOf,
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  isTerminating,
  type KubeObject,
  type Schema,
} from "@heliostat/kube";
import type { ResourceStrategy, ServedResource, Subresource, Verb } from "../registry/served-resource.ts";
import { isJsonObject } from "../schema/json-value.ts";
import { schemaOf } from "../schema/schema-of.ts";
import { type FullNames, fullNames } from "./definition-names.ts";
import { printerColumns } from "./printer-columns.ts";

/** How a definition's objects are served: one resource a served version. */
export function servedFromDefinition(definition: CustomResourceDefinition): readonly ServedResource[] {
  return definition.spec.versions
    .filter(({ served }) => served)
    .map((version) => servedVersion(definition, version));
}

/** The resource of the version in which objects are stored, whether it is served or not. */
export function storageResource(definition: CustomResourceDefinition): ServedResource | undefined {
  const version = definition.spec.versions.find(({ storage }) => storage);
  return version && servedVersion(definition, version);
}

function servedVersion(
  definition: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
): ServedResource {
  const { group, scope, versions } = definition.spec;
  const names = fullNames(definition.spec);
  const warning = deprecationWarning(definition, version, names);
  const scale = version.subresources?.scale;
  const resource: ServedResource = {
    group,
    version: version.name,
    plural: names.plural,
    singular: names.singular,
    kind: names.kind,
    listKind: names.listKind,
    isNamespaced: scope === "Namespaced",
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: isTerminating(definition) ? VERBS.filter((verb) => verb !== "create") : VERBS,
    subresources: subresources(version),
    storageKey: `${group}/${names.plural}`,
    storageVersion: versions.find(({ storage }) => storage)?.name ?? version.name,
    isCustom: true,
    schema: (version.schema?.openAPIV3Schema ?? {}) as Schema,
    columns: printerColumns(version.additionalPrinterColumns),
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => ({ path: jsonPath.slice(1) })),
    ...(scale !== undefined && { scale }),
    ...(warning !== undefined && { deprecationWarning: warning }),
    strategy: strategy(() => resource, holdsDefaults(version.schema?.openAPIV3Schema)),
  };
  return resource;
}

const VERBS: readonly Verb[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];

function subresources({ subresources }: CustomResourceDefinitionVersion): readonly Subresource[] {
  const found: Subresource[] = [];
  if (subresources?.status !== undefined) found.push("status");
  if (subresources?.scale !== undefined) found.push("scale");
  return found;
}

function deprecationWarning(
  { spec }: CustomResourceDefinition,
  version: CustomResourceDefinitionVersion,
  { kind }: FullNames,
): string | undefined {
  if (version.deprecated !== true) return undefined;
  return version.deprecationWarning ?? `${spec.group}/${version.name} ${kind} is deprecated`;
}

/**
 * Conversion strategy `None`: another version's object gets this version's name, loses what this version does not
 * know, and gains its defaults. Objects of this version gain those that came after they were written.
 */
function strategy(resource: () => ServedResource, hasDefaults: boolean): ResourceStrategy {
  const completed = (stored: KubeObject): KubeObject => schemaOf(resource()).withDefaults(stored);
  return { allowsUnconditionalUpdate: false, fromStored, ...(hasDefaults && { completed }) };

  function fromStored(stored: KubeObject): KubeObject {
    return completed(schemaOf(resource()).prune({ ...stored, apiVersion: apiVersionOf(resource()) }).object);
  }
}

const defaultsKnown = new WeakMap<object, boolean>();

/** Whether anything in the schema has a default. Parts of schemas are shared, and looked at once. */
function holdsDefaults(schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  const known = defaultsKnown.get(schema);
  if (known !== undefined) return known;
  const { properties, items, additionalProperties } = schema as Schema;
  const holds =
    Object.hasOwn(schema, "default") ||
    [...Object.values(properties ?? {}), items, additionalProperties].some(holdsDefaults);
  defaultsKnown.set(schema, holds);
  return holds;
}
