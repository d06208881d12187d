import {
  type CustomResourceDefinition,
  type CustomResourceDefinitionVersion,
  type FieldCause,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEqualJson,
  type Schema,
} from "@heliostat/kube";
import { forbiddenField, invalidValue, requiredValue, unsupportedValue } from "../api/field-causes.ts";
import { fullNames } from "./definition-names.ts";
import { isEstablished } from "./definition-status.ts";
import { jsonPath } from "./json-path.ts";
import { COLUMN_TYPES } from "./printer-columns.ts";
import { ruleCostProblems } from "./rule-costs.ts";
import { rulePlaces } from "./rule-places.ts";
import { ruleTextProblems } from "./rule-texts.ts";
import { structuralProblems } from "./structural-problems.ts";

/** Everything that is wrong with a definition, in Kubernetes' words. `stored` is what an update replaces. */
export function definitionProblems(
  definition: CustomResourceDefinition,
  stored?: CustomResourceDefinition,
): readonly FieldCause[] {
  return [
    ...identityProblems(definition),
    ...nameProblems(definition),
    ...versionListProblems(definition),
    ...definition.spec.versions.flatMap((version, index) =>
      versionProblems(version, `spec.versions[${index}]`, schemaOf(version.name, stored)),
    ),
    ...conversionProblems(definition),
    ...(stored === undefined ? [] : changeProblems(definition, stored)),
  ];
}

function identityProblems({ metadata, spec }: CustomResourceDefinition): readonly FieldCause[] {
  const problems: FieldCause[] = [];
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    problems.push(invalidValue("metadata.name", metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (!isDns1123Subdomain(spec.group)) {
    problems.push(invalidValue("spec.group", spec.group, SUBDOMAIN_SENTENCE));
  } else if (!spec.group.includes(".")) {
    problems.push(invalidValue("spec.group", spec.group, "should be a domain with at least one dot"));
  }
  if (spec.scope !== "Cluster" && spec.scope !== "Namespaced") {
    problems.push(unsupportedValue("spec.scope", spec.scope, ["Cluster", "Namespaced"]));
  }
  if (spec.preserveUnknownFields === true) {
    problems.push(invalidValue("spec.preserveUnknownFields", true, "must be false"));
  }
  return problems;
}

const SUBDOMAIN_SENTENCE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_SENTENCE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";

function nameProblems({ spec }: CustomResourceDefinition): readonly FieldCause[] {
  const names = fullNames(spec);
  const labels: readonly (readonly [field: string, name: string])[] = [
    ["spec.names.plural", names.plural],
    ["spec.names.singular", names.singular],
    ["spec.names.kind", names.kind.toLowerCase()],
    ["spec.names.listKind", names.listKind.toLowerCase()],
    ...(names.shortNames ?? []).map((name, index) => [`spec.names.shortNames[${index}]`, name] as const),
    ...(names.categories ?? []).map((name, index) => [`spec.names.categories[${index}]`, name] as const),
  ];
  const malformed = labels.filter(([, name]) => !isDns1035Label(name));
  const problems = malformed.map(([field, name]) => invalidValue(field, name, LABEL_SENTENCE));
  if (names.kind !== names.listKind) return problems;
  return [
    ...problems,
    invalidValue("spec.names.listKind", names.listKind, "kind and listKind may not be the same"),
  ];
}

function versionListProblems({ spec }: CustomResourceDefinition): readonly FieldCause[] {
  const names = spec.versions.map(({ name }) => name);
  const problems: FieldCause[] = [];
  if (new Set(names).size < names.length) {
    problems.push(invalidValue("spec.versions", names, "must contain unique version names"));
  }
  if (spec.versions.filter(({ storage }) => storage).length !== 1) {
    problems.push(
      invalidValue("spec.versions", names, "must have exactly one version marked as storage version"),
    );
  }
  return problems;
}

function schemaOf(version: string, stored: CustomResourceDefinition | undefined): unknown {
  return stored?.spec.versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema;
}

function versionProblems(
  version: CustomResourceDefinitionVersion,
  path: string,
  stored: unknown,
): readonly FieldCause[] {
  const problems: FieldCause[] = [];
  if (!isDns1123Label(version.name)) {
    problems.push(invalidValue(`${path}.name`, version.name, LABEL_SENTENCE));
  }
  if (version.deprecationWarning !== undefined && version.deprecated !== true) {
    const detail = "can only be set for deprecated versions";
    problems.push(invalidValue(`${path}.deprecationWarning`, version.deprecationWarning, detail));
  }
  const schema = version.schema?.openAPIV3Schema;
  const schemaPath = `${path}.schema.openAPIV3Schema`;
  if (schema === undefined) problems.push(requiredValue(schemaPath, "schemas are required"));
  else problems.push(...schemaProblems(schema, schemaPath, stored));
  return [...problems, ...columnProblems(version, path), ...scaleProblems(version, path)];
}

/**
 * A schema that is structural has its rules looked at as well. What they may cost is not asked again of a schema that
 * was accepted before: limits that came later do not lock its owner out (Kubernetes rule).
 */
function schemaProblems(schema: unknown, path: string, stored: unknown): readonly FieldCause[] {
  const structural = structuralProblems(schema, path);
  if (structural.length > 0) return structural;
  const places = rulePlaces(schema as Schema, path);
  const texts = places.flatMap(ruleTextProblems);
  const isKnown = stored !== undefined && isEqualJson(schema, stored);
  return texts.length > 0 || isKnown ? texts : ruleCostProblems(places, path);
}

function columnProblems(version: CustomResourceDefinitionVersion, path: string): readonly FieldCause[] {
  const columns = version.additionalPrinterColumns ?? [];
  return columns.flatMap((column, index) => {
    const at = `${path}.additionalPrinterColumns[${index}]`;
    const problems = [...pathProblem(`${at}.jsonPath`, column.jsonPath)];
    if (!COLUMN_TYPES.some((type) => type === column.type)) {
      problems.push(unsupportedValue(`${at}.type`, column.type, COLUMN_TYPES));
    }
    return problems;
  });
}

function scaleProblems(
  { subresources }: CustomResourceDefinitionVersion,
  path: string,
): readonly FieldCause[] {
  const { scale } = subresources ?? {};
  if (scale === undefined) return [];
  const at = `${path}.subresources.scale`;
  return [
    ...rootedPathProblem(`${at}.specReplicasPath`, scale.specReplicasPath, ".spec"),
    ...rootedPathProblem(`${at}.statusReplicasPath`, scale.statusReplicasPath, ".status"),
  ];
}

function rootedPathProblem(field: string, text: string, root: string): readonly FieldCause[] {
  if (text.startsWith(`${root}.`)) return pathProblem(field, text);
  return [invalidValue(field, text, `should be a json path under ${root}`)];
}

function pathProblem(field: string, text: string): readonly FieldCause[] {
  try {
    jsonPath(text);
    return [];
  } catch (error) {
    return [invalidValue(field, text, error instanceof Error ? error.message : String(error))];
  }
}

function conversionProblems({ spec }: CustomResourceDefinition): readonly FieldCause[] {
  const strategy = spec.conversion?.strategy ?? "None";
  return strategy === "None" ? [] : [unsupportedValue("spec.conversion.strategy", strategy, ["None"])];
}

/** What may not change: the identity of a served definition, and versions in which objects may still be stored. */
function changeProblems(
  definition: CustomResourceDefinition,
  stored: CustomResourceDefinition,
): readonly FieldCause[] {
  const { spec } = definition;
  const kept: readonly (readonly [field: string, now: unknown, before: unknown])[] = [
    ["spec.group", spec.group, stored.spec.group],
    ["spec.names.plural", spec.names.plural, stored.spec.names.plural],
    ["spec.names.kind", spec.names.kind, stored.spec.names.kind],
    ["spec.scope", spec.scope, stored.spec.scope],
  ];
  const changed = isEstablished(stored) ? kept.filter(([, now, before]) => !isEqualJson(now, before)) : [];
  const versions = new Set(spec.versions.map(({ name }) => name));
  const lost = (stored.status?.storedVersions ?? []).filter((version) => !versions.has(version));
  return [
    ...changed.map(([field, now]) => invalidValue(field, now, "field is immutable")),
    ...lost.map((version) => forbiddenField("spec.versions", lostVersionSentence(version))),
  ];
}

function lostVersionSentence(version: string): string {
  return `${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
}
