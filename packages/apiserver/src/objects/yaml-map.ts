import { parse } from "yaml";
import { ApiError } from "../errors/api-error.ts";

/**
 * A map that a field holds as YAML (JSON is YAML too); `undefined` for an empty field.
 *
 * @param field how the request calls it: `runtimeEnv`
 * @throws ApiError `InvalidArgument` for anything but a map
 */
export function yamlMap(text: string, field: string): Readonly<Record<string, unknown>> | undefined {
  if (text.trim() === "") return undefined;
  const value = parsed(text, field);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new ApiError(
    "InvalidArgument",
    `${field} must be a YAML map, but is ${JSON.stringify(text.slice(0, 80))}`,
  );
}

function parsed(text: string, field: string): unknown {
  try {
    // A document of a few bytes can ask for gigabytes by aliases of aliases.
    return parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const [why] = (cause as Error).message.split("\n");
    throw new ApiError("InvalidArgument", `${field} must be a YAML map: ${why}`, { cause });
  }
}
