import { readFile } from "node:fs/promises";
import type { RaySettings } from "@heliostat/ray";
import { parse } from "yaml";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";

/** What a file may say of an operator's setup, in the words of KubeRay's `Configuration`. */
export interface OperatorConfiguration {
  readonly ray: RaySettings;
  readonly watchNamespace?: string;
  readonly reconcileConcurrency?: number;
  readonly enableLeaderElection?: boolean;
  readonly batchScheduler?: string;
  readonly metricsAddr?: string;
}

/** Which fields go where. What is not in it is a misspelling, or nothing that this operator knows. */
const FIELDS: Readonly<Record<string, Field>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metricsAddr: { type: "string" },
  watchNamespace: { type: "string" },
  batchScheduler: { type: "string" },
  reconcileConcurrency: { type: "number" },
  enableLeaderElection: { type: "boolean" },
  headSidecarContainers: { type: "list", ray: "headSidecars" },
  workerSidecarContainers: { type: "list", ray: "workerSidecars" },
  defaultContainerEnvs: { type: "list", ray: "defaultEnv" },
  defaultPodAnnotations: { type: "map", ray: "defaultAnnotations" },
  defaultPodLabels: { type: "map", ray: "defaultLabels" },
};

interface Field {
  readonly type: "string" | "number" | "boolean" | "list" | "map";
  /** The setting of the builders that it is. */
  readonly ray?: keyof RaySettings;
}

/** The operator's configuration of a file (`config.ray.io/v1alpha1`, `Configuration`). @throws UserError naming the field */
export async function configurationFile(file: string): Promise<OperatorConfiguration> {
  return operatorConfiguration(await readText(file), file);
}

/** The same of a text. `file` is for messages. @throws UserError */
export function operatorConfiguration(text: string, file: string): OperatorConfiguration {
  const fields = fieldsOf(text, file);
  const ray: Record<string, unknown> = {};
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = FIELDS[name];
    if (!field) throw misspelt(name, file);
    if (typeOf(value) !== field.type) {
      throw new UserError(`Cannot use ${file}: ${name} must be a ${field.type}, but is a ${typeOf(value)}`);
    }
    if (field.ray) ray[field.ray] = value;
    else rest[name] = value;
  }
  const { apiVersion: _, kind: __, ...flags } = rest;
  return { ...flags, ray: ray as RaySettings };
}

function fieldsOf(text: string, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (cause) {
    throw new UserError(`Cannot read ${file}: ${(cause as Error).message.split("\n", 1)[0]}`, { cause });
  }
  if (typeOf(value) === "map") return value as Readonly<Record<string, unknown>>;
  throw new UserError(`Cannot use ${file}: it must hold one map of settings`);
}

function misspelt(name: string, file: string): UserError {
  const known = Object.keys(FIELDS).filter((each) => each !== "apiVersion" && each !== "kind");
  return new UserError(`Cannot use ${file}: there is no setting ${name}`, {
    hint: `There are ${known.join(", ")}`,
  });
}

function typeOf(value: unknown): Field["type"] | "null" {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" ? "map" : (typeof value as "string" | "number" | "boolean");
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(`Cannot read ${file}: ${fileTrouble(cause)}`, {
      hint: "Name a YAML file with --config",
      cause,
    });
  }
}
