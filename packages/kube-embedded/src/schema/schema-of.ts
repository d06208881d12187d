import { KUBE_SCHEMAS } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { compileSchema } from "./compile-schema.ts";
import type { CompiledSchema } from "./compiled-schema.ts";

const compiled = new WeakMap<ServedResource, CompiledSchema>();

/** The compiled schema of a served resource: made at first use, kept as long as the resource is served. */
export function schemaOf(resource: ServedResource): CompiledSchema {
  const known = compiled.get(resource);
  if (known !== undefined) return known;
  const { schema, isCustom } = resource;
  const fresh = compileSchema(schema, { definitions: KUBE_SCHEMAS, isCustom });
  compiled.set(resource, fresh);
  return fresh;
}
