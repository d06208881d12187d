import { type CustomResourceDefinition, isEqualJson, type KubeObject, type Schema } from "@heliostat/kube";
import type { ResourceStrategy } from "../registry/served-resource.ts";
import { SchemaPool } from "../schema/share-schema.ts";
import { fullNames } from "./definition-names.ts";
import { definitionProblems } from "./definition-problems.ts";

/** Holds a definition back until its objects are gone (Kubernetes' own finalizer). */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

/** How CustomResourceDefinitions themselves are kept: their defaults, their checks, and their orderly end. */
export function customResourceDefinitionStrategy(): ResourceStrategy {
  const pool = new SchemaPool();
  return {
    tracksGeneration: true,
    defaults: (object) => defaulted(object as CustomResourceDefinition, pool),
    prepareForDelete: withCleanup,
    validate: (object, stored) =>
      problems(object as CustomResourceDefinition, stored as CustomResourceDefinition | undefined),
  };
}

/** Names and conversion filled in; the schemas made to share their parts, so that megabytes of them fit in memory. */
function defaulted(definition: CustomResourceDefinition, pool: SchemaPool): CustomResourceDefinition {
  const { spec } = definition;
  const versions = spec.versions.map((version) => {
    const schema = version.schema?.openAPIV3Schema;
    return schema === undefined
      ? version
      : { ...version, schema: { openAPIV3Schema: pool.share(schema as Schema) } };
  });
  const conversion = spec.conversion ?? { strategy: "None" };
  return { ...definition, spec: { ...spec, names: fullNames(spec), conversion, versions } };
}

function withCleanup(object: KubeObject): KubeObject {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(CLEANUP_FINALIZER)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, CLEANUP_FINALIZER] } };
}

function problems(
  definition: CustomResourceDefinition,
  stored: CustomResourceDefinition | undefined,
): ReturnType<typeof definitionProblems> {
  if (stored !== undefined && isEqualJson(definition.spec, stored.spec)) return [];
  return definitionProblems(definition, stored);
}
