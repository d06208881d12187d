import { create } from "@bufbuild/protobuf";
import type { EnvVar, EnvVarSource } from "@heliostat/kube";
import {
  type EnvironmentVariables,
  EnvironmentVariablesSchema,
  type EnvValueFrom,
  EnvValueFrom_Source,
  EnvValueFromSchema,
} from "@heliostat/proto";
import { ApiError } from "../../errors/api-error.ts";

/** Environment variables of a container, by name. Equal messages give equal lists. */
export function envVars(environment: EnvironmentVariables | undefined): readonly EnvVar[] {
  const { values = {}, valuesFrom = {} } = environment ?? {};
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ...Object.entries(valuesFrom).map(([name, from]) => ({ name, valueFrom: envVarSource(name, from) })),
  ].sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** Lists of variables laid over one another: of the same name the last one counts, in the place of the first. */
export function mergedEnvVars(...layers: readonly (readonly EnvVar[])[]): readonly EnvVar[] {
  const byName = new Map<string, EnvVar>();
  for (const variable of layers.flat()) byName.set(variable.name, variable);
  return [...byName.values()];
}

/** The reverse of {@link envVars}, without what the server or the operator sets itself. Never absent (echo rule). */
export function environmentOf(
  env: readonly EnvVar[] | undefined,
  reserved: ReadonlySet<string>,
): EnvironmentVariables {
  const message = create(EnvironmentVariablesSchema);
  for (const { name, value, valueFrom } of env ?? []) {
    if (reserved.has(name)) continue;
    if (!valueFrom) message.values[name] = value ?? "";
    else {
      const source = envValueFrom(valueFrom);
      if (source) message.valuesFrom[name] = source;
    }
  }
  return message;
}

function envVarSource(variable: string, { source, name, key }: EnvValueFrom): EnvVarSource {
  switch (source) {
    case EnvValueFrom_Source.CONFIGMAP:
      return { configMapKeyRef: { name, key } };
    case EnvValueFrom_Source.SECRET:
      return { secretKeyRef: { name, key } };
    case EnvValueFrom_Source.RESOURCEFIELD:
      return { resourceFieldRef: { containerName: name, resource: key } };
    case EnvValueFrom_Source.FIELD:
      // The path lies in the key, whatever the comments of the proto say (KubeRay rule).
      return { fieldRef: { fieldPath: key } };
    default:
      throw new ApiError(
        "InvalidArgument",
        `Cannot set environment variable ${variable}: valuesFrom.source must be 0 to 3, but is ${String(source)}`,
      );
  }
}

function envValueFrom(source: EnvVarSource): EnvValueFrom | undefined {
  const { configMapKeyRef, secretKeyRef, resourceFieldRef, fieldRef } = source;
  if (configMapKeyRef)
    return create(EnvValueFromSchema, {
      source: EnvValueFrom_Source.CONFIGMAP,
      name: configMapKeyRef.name ?? "",
      key: configMapKeyRef.key,
    });
  if (secretKeyRef)
    return create(EnvValueFromSchema, {
      source: EnvValueFrom_Source.SECRET,
      name: secretKeyRef.name ?? "",
      key: secretKeyRef.key,
    });
  if (resourceFieldRef)
    return create(EnvValueFromSchema, {
      source: EnvValueFrom_Source.RESOURCEFIELD,
      name: resourceFieldRef.containerName ?? "",
      key: resourceFieldRef.resource,
    });
  if (fieldRef)
    return create(EnvValueFromSchema, { source: EnvValueFrom_Source.FIELD, key: fieldRef.fieldPath });
  return undefined;
}
