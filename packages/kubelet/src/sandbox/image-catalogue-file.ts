import type { Environment } from "./container-environment.ts";
import { type ImageStandIn, type Installations, pythonStandIn, rayStandIn } from "./image-catalogue.ts";

/**
 * What a user's own catalogue says, as parsed YAML or JSON:
 *
 * ```yaml
 * images:
 *   - prefix: registry.corp/team/ray-ml   # any tag; also what continues it with "/" or "-"
 *     standIn: ray                        # or: the path of a Python, as in /opt/venv/bin/python
 *     entrypoint: [bash, -c]              # the rest may be left out
 *     workingDir: /app
 *     env: { STAGE: laptop }
 * ```
 *
 * @throws Error that names the file and the field
 */
export function imageCatalogueFile(
  parsed: unknown,
  file: string,
  installations: Installations,
): readonly ImageStandIn[] {
  const refuse: Refuse = (why) => {
    throw new Error(`Cannot read image catalogue "${file}": ${why}`);
  };
  if (!isRecord(parsed) || !Array.isArray(parsed["images"])) return refuse('"images" must be a list');
  return parsed["images"].map((entry: unknown, index) => {
    const at = `images[${index}]`;
    return standInOf(entry, installations, (why) => refuse(`${at}${why}`));
  });
}

type Refuse = (why: string) => never;

function standInOf(entry: unknown, installations: Installations, refuse: Refuse): ImageStandIn {
  if (!isRecord(entry)) return refuse(" must be a mapping");
  const unknown = Object.keys(entry).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) return refuse(`.${unknown} is unknown; known are ${FIELDS.join(", ")}`);
  const { prefix, standIn } = entry;
  if (typeof prefix !== "string" || prefix === "") return refuse(".prefix must name a repository");
  if (typeof standIn !== "string") return refuse('.standIn must be "ray" or the path of a Python');
  const base = baseOf(prefix, standIn, { installations, refuse });
  return { ...base, ...overrides(entry, base, refuse) };
}

const FIELDS: readonly string[] = ["prefix", "standIn", "entrypoint", "workingDir", "env"];

function baseOf(
  prefix: string,
  standIn: string,
  { installations, refuse }: { readonly installations: Installations; readonly refuse: Refuse },
): ImageStandIn {
  if (standIn.startsWith("/")) return pythonStandIn(prefix, standIn);
  if (standIn !== "ray") return refuse(`.standIn must be "ray" or the path of a Python, not "${standIn}"`);
  if (!installations.ray) return refuse('.standIn is "ray", but no Ray is installed on this machine');
  return rayStandIn(prefix, installations.ray);
}

function overrides(
  { entrypoint, workingDir, env }: Readonly<Record<string, unknown>>,
  base: ImageStandIn,
  refuse: Refuse,
): Pick<ImageStandIn, "entrypoint" | "cmd" | "workingDir" | "env"> {
  if (entrypoint !== undefined && !isListOfText(entrypoint))
    return refuse(".entrypoint must be a list of words");
  if (workingDir !== undefined && !isAbsolute(workingDir))
    return refuse(".workingDir must be an absolute path");
  if (env !== undefined && !isEnvironment(env)) return refuse(".env must map names to text");
  return {
    entrypoint: entrypoint ?? base.entrypoint,
    cmd: entrypoint ? [] : base.cmd,
    workingDir: workingDir ?? base.workingDir,
    env: { ...base.env, ...env },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isAbsolute(value: unknown): value is string {
  return typeof value === "string" && value.startsWith("/");
}

function isEnvironment(value: unknown): value is Environment {
  return isRecord(value) && Object.values(value).every((each) => typeof each === "string");
}
