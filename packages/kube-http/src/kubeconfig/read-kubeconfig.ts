import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import { ClusterAccessError } from "../access/cluster-access-error.ts";
import type { ClusterEntry, ExecEntry, Kubeconfig, Named, UserEntry } from "./kubeconfig.ts";

/** One file; `undefined` when it is not there. @throws ClusterAccessError that names the file and the line */
export function readKubeconfig(path: string): Kubeconfig | undefined {
  const text = textOf(path);
  return text === undefined ? undefined : parseKubeconfig(text, path);
}

/** The text of a file that lies at `path`. @throws ClusterAccessError */
function parseKubeconfig(text: string, path: string): Kubeconfig {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error)
    throw new ClusterAccessError(`Cannot read "${path}": ${firstLine(error.message)}`, { cause: error });
  const value: unknown = document.toJS() ?? {};
  if (!isMap(value)) throw new ClusterAccessError(`Cannot read "${path}": it is not a kubeconfig`);
  const { kind } = value;
  if (kind !== undefined && kind !== "Config") {
    throw new ClusterAccessError(`Cannot read "${path}": want kind "Config", got ${JSON.stringify(kind)}`);
  }
  const currentContext = value["current-context"];
  const folder = dirname(resolve(path));
  const section = (list: string, entry: string): Named<object> =>
    namedEntries(value[list], { path, list, entry });
  return {
    ...(typeof currentContext === "string" && currentContext !== "" && { currentContext }),
    clusters: mapped(section("clusters", "cluster"), (cluster) => absoluteCluster(cluster, folder)),
    users: mapped(section("users", "user"), (user) => absoluteUser(user, folder)),
    contexts: section("contexts", "context"),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ClusterAccessError(`Cannot read "${path}": ${(cause as Error).message}`, { cause });
  }
}

interface Section {
  readonly path: string;
  readonly list: string;
  readonly entry: string;
}

/** `[{name, cluster}, …]` by name; of two with one name, the first. */
function namedEntries(value: unknown, { path, list, entry }: Section): Named<object> {
  if (value === undefined || value === null) return new Map();
  if (!Array.isArray(value)) throw new ClusterAccessError(`Cannot read "${path}": ${list} is not a list`);
  const entries = value.map((item: unknown, index): [string, object] => {
    const name = isMap(item) ? item["name"] : undefined;
    if (typeof name !== "string" || name === "") {
      throw new ClusterAccessError(`Cannot read "${path}": ${list}[${index}].name is missing`);
    }
    const content = (item as Record<string, unknown>)[entry] ?? {};
    if (!isMap(content))
      throw new ClusterAccessError(`Cannot read "${path}": ${list}[${index}].${entry} is no map`);
    return [name, content];
  });
  return new Map(entries.toReversed());
}

function absoluteCluster(cluster: ClusterEntry, folder: string): ClusterEntry {
  return withAbsolute(cluster, ["certificate-authority"], folder);
}

function absoluteUser(user: UserEntry, folder: string): UserEntry {
  const absolute = withAbsolute(user, ["client-certificate", "client-key", "tokenFile"], folder);
  return user.exec ? { ...absolute, exec: absoluteExec(user.exec, folder) } : absolute;
}

/** Kubernetes convention: a bare name is looked for in PATH, anything with a slash beside the kubeconfig. */
function absoluteExec(exec: ExecEntry, folder: string): ExecEntry {
  return exec.command?.includes("/") ? { ...exec, command: resolve(folder, exec.command) } : exec;
}

function withAbsolute<T extends object>(entry: T, fields: readonly (keyof T)[], folder: string): T {
  const paths = fields.flatMap((field) => {
    const value = entry[field];
    return typeof value === "string" && value !== "" ? [[field, resolve(folder, value)]] : [];
  });
  return { ...entry, ...Object.fromEntries(paths) };
}

function mapped<T, U>(map: Named<T>, to: (value: T) => U): Named<U> {
  return new Map([...map].map(([key, value]) => [key, to(value)]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/:$/, "") ?? text;
}
