import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import type { ApiClient } from "@heliostat/client";
import { ClusterSchema, ComputeTemplateSchema } from "@heliostat/proto";
import { parse } from "yaml";
import type { ProgramContext } from "../command-line/program-context.ts";
import { printJson, printLines } from "../output/print.ts";
import { textTable } from "../output/text-table.ts";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";
import { type ApiFlags, withApi } from "./connect-api.ts";

/** The two kinds that are kept by name in a namespace. */
export type ObjectKind = "templates" | "clusters";

interface ObjectCalls {
  readonly heading: readonly string[];
  /** Answers as the API's JSON. */
  list(api: ApiClient, namespace: string, signal: AbortSignal): Promise<readonly JsonObject[]>;
  get(api: ApiClient, name: ObjectName, signal: AbortSignal): Promise<JsonObject>;
  create(api: ApiClient, namespace: string, body: JsonValue): Promise<JsonObject>;
  delete(api: ApiClient, name: ObjectName): Promise<unknown>;
  row(object: JsonObject): readonly unknown[];
}

interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

type JsonObject = Readonly<Record<string, JsonValue>>;

/** Print those of a namespace. @throws UserError */
export async function listObjects(
  kind: ObjectKind,
  { json, namespace, ...place }: ApiFlags,
  { config, signal }: ProgramContext,
): Promise<void> {
  const { list, heading, row } = CALLS[kind];
  const found = await withApi(place, config, (api) => list(api, namespace, signal));
  if (json) printJson(found);
  else if (found.length === 0) printLines([`No ${kind} in ${namespace}.`]);
  else
    printLines(
      textTable(
        heading,
        found.map((object) => row(object).map(cell)),
      ),
    );
}

/** Print one. @throws UserError */
export async function getObject(
  kind: ObjectKind,
  { name, namespace, ...place }: ApiFlags & { readonly name: string },
  { config, signal }: ProgramContext,
): Promise<void> {
  printJson(await withApi(place, config, (api) => CALLS[kind].get(api, { namespace, name }, signal)));
}

/** Create one from a file. @throws UserError */
export async function createObject(
  kind: ObjectKind,
  { file, namespace, json, ...place }: ApiFlags & { readonly file: string },
  { config }: ProgramContext,
): Promise<void> {
  const body = await readBody(file);
  const made = await withApi(place, config, (api) => CALLS[kind].create(api, namespace, body));
  if (json) printJson(made);
  else printLines([`${kind}/${String(made["name"])} created`]);
}

/** Delete one. @throws UserError */
export async function deleteObject(
  kind: ObjectKind,
  { name, namespace, ...place }: ApiFlags & { readonly name: string },
  { config }: ProgramContext,
): Promise<void> {
  await withApi(place, config, (api) => CALLS[kind].delete(api, { namespace, name }));
  printLines([`${kind}/${name} deleted`]);
}

const CALLS: Readonly<Record<ObjectKind, ObjectCalls>> = {
  templates: {
    heading: ["NAME", "CPU", "MEMORY (GB)", "GPU"],
    list: async (api, namespace, signal) => {
      const answer = await api.templates.listComputeTemplates({ namespace }, { signal });
      return answer.computeTemplates.map((each) => toJson(ComputeTemplateSchema, each) as JsonObject);
    },
    get: async (api, name, signal) =>
      toJson(ComputeTemplateSchema, await api.templates.getComputeTemplate(name, { signal })) as JsonObject,
    create: async (api, namespace, body) => {
      const computeTemplate = message(() => fromJson(ComputeTemplateSchema, inNamespace(body, namespace)));
      return toJson(
        ComputeTemplateSchema,
        await api.templates.createComputeTemplate({ namespace, computeTemplate }),
      ) as JsonObject;
    },
    delete: (api, name) => api.templates.deleteComputeTemplate(name),
    row: ({ name, cpu, memory, gpu }) => [name, cpu, memory, gpu ?? 0],
  },
  clusters: {
    heading: ["NAME", "USER", "VERSION", "STATE"],
    list: async (api, namespace, signal) => {
      const answer = await api.clusters.listCluster({ namespace }, { signal });
      return answer.clusters.map((each) => toJson(ClusterSchema, each) as JsonObject);
    },
    get: async (api, name, signal) =>
      toJson(ClusterSchema, await api.clusters.getCluster(name, { signal })) as JsonObject,
    create: async (api, namespace, body) => {
      const cluster = message(() => fromJson(ClusterSchema, inNamespace(body, namespace)));
      return toJson(ClusterSchema, await api.clusters.createCluster({ namespace, cluster })) as JsonObject;
    },
    delete: (api, name) => api.clusters.deleteCluster(name),
    row: ({ name, user, version, clusterState }) => [name, user, version, clusterState],
  },
};

function inNamespace(body: JsonValue, namespace: string): JsonValue {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? { namespace, ...body } : body;
}

/** @throws UserError that names the field which cannot be read */
function message<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new UserError(`Cannot read the file: ${(cause as Error).message}`, { cause });
  }
}

async function readBody(file: string): Promise<JsonValue> {
  try {
    return parse(file === "-" ? await text(process.stdin) : await readFile(file, "utf8"));
  } catch (cause) {
    throw new UserError(`Cannot read "${file}": ${fileTrouble(cause)}`, { cause });
  }
}

function cell(value: unknown): string {
  return value === undefined || value === null ? "" : String(value);
}
