import { KUBE_SCHEMAS } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { resourceSchema, schemaScope } from "../schema/schema-scope.ts";
import { type FieldType, FieldTypes } from "./field-type.ts";

const known = new WeakMap<ServedResource, FieldType>();
const builtIn = new FieldTypes(schemaScope(KUBE_SCHEMAS, false));

/** How ownership looks at the objects of a served resource: made at first use, kept as long as it is served. */
export function fieldTypeOf(resource: ServedResource): FieldType {
  const kept = known.get(resource);
  if (kept !== undefined) return kept;
  const fresh = resource.isCustom
    ? new FieldTypes(schemaScope(KUBE_SCHEMAS, true)).of(resourceSchema(resource.schema))
    : builtIn.of(resource.schema);
  known.set(resource, fresh);
  return fresh;
}
