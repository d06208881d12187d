import { isDeepStrictEqual } from "node:util";
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from "../../packages/kube/gen/types.ts";
import type { Schema } from "../../packages/kube/src/schemas.ts";

/** One fact in which two CRDs differ. */
export interface CrdDifference {
  /** `rayclusters v1 spec.headGroupSpec.template`. List items are `[]`, map values `{}`. */
  readonly path: string;
  /** What differs: `field` for a field that only one has, or the keyword (`default`, `enum`, ...). */
  readonly fact: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Keywords that change what is accepted, stored or merged. Descriptions are each author's own. */
const KEYWORDS = [
  "type",
  "format",
  "default",
  "enum",
  "nullable",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "required",
  "anyOf",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
] as const;

/** All differences between two CRDs of one name: versions, columns, and the schemas field by field. */
export function crdDifferences(
  ours: CustomResourceDefinition,
  theirs: CustomResourceDefinition,
): readonly CrdDifference[] {
  const { plural } = ours.spec.names;
  return [
    ...factDifferences(plural, outline(ours), outline(theirs)),
    ...ours.spec.versions.flatMap((version) => {
      const other = theirs.spec.versions.find(({ name }) => name === version.name);
      return other ? versionDifferences(`${plural} ${version.name}`, version, other) : [];
    }),
  ];
}

function outline({ spec }: CustomResourceDefinition): Record<string, unknown> {
  const { versions, ...rest } = spec;
  return { ...rest, versions: versions.map(({ name }) => name) };
}

function versionDifferences(
  path: string,
  { schema: ours, ...oursRest }: CustomResourceDefinitionVersion,
  { schema: theirs, ...theirsRest }: CustomResourceDefinitionVersion,
): readonly CrdDifference[] {
  return [
    ...factDifferences(path, oursRest, theirsRest),
    ...schemaDifferences(`${path} `, ours?.openAPIV3Schema as Schema, theirs?.openAPIV3Schema as Schema),
  ];
}

function schemaDifferences(path: string, ours: Schema, theirs: Schema): readonly CrdDifference[] {
  return [
    ...factDifferences(path, facts(ours), facts(theirs)),
    ...propertyDifferences(path, ours.properties ?? {}, theirs.properties ?? {}),
    ...partDifferences(`${path}[]`, ours.items, theirs.items),
    ...partDifferences(
      `${path}{}`,
      asSchema(ours.additionalProperties),
      asSchema(theirs.additionalProperties),
    ),
  ];
}

function propertyDifferences(
  path: string,
  ours: Readonly<Record<string, Schema>>,
  theirs: Readonly<Record<string, Schema>>,
): readonly CrdDifference[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  const prefix = path.endsWith(" ") ? path : `${path}.`;
  return names.flatMap((name) => partDifferences(`${prefix}${name}`, ours[name], theirs[name]));
}

function partDifferences(
  path: string,
  ours: Schema | undefined,
  theirs: Schema | undefined,
): readonly CrdDifference[] {
  if (ours && theirs) return schemaDifferences(path, ours, theirs);
  if (!ours && !theirs) return [];
  return [{ path, fact: "field", ours: ours?.type, theirs: theirs?.type }];
}

function facts(schema: Schema): Record<string, unknown> {
  return Object.fromEntries(KEYWORDS.map((keyword) => [keyword, sorted(keyword, schema[keyword])]));
}

/** The order of names in a list of required fields says nothing. */
function sorted(keyword: string, value: unknown): unknown {
  return keyword === "required" && Array.isArray(value) ? [...value].sort() : value;
}

function factDifferences(
  path: string,
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
): readonly CrdDifference[] {
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return names
    .filter((name) => !isDeepStrictEqual(ours[name], theirs[name]))
    .map((name) => ({ path: path.trim(), fact: name, ours: ours[name], theirs: theirs[name] }));
}

function asSchema(schema: Schema | boolean | undefined): Schema | undefined {
  return typeof schema === "object" ? schema : undefined;
}
