import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import type { KubeObject } from "@heliostat/kube";
import { parseAllDocuments } from "yaml";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";

/** One object of a manifest, with the place where a person finds it. */
export interface ManifestObject {
  readonly object: KubeObject;
  /** `cluster.yaml, document 2` */
  readonly place: string;
}

/** What kubectl reads of a folder. */
const MANIFEST_NAME = /\.(?:ya?ml|json)$/;

const STANDARD_INPUT = "-";

/**
 * Every object of these YAML or JSON files, in order; `kind: List` is opened. A folder stands for the manifests in it,
 * by name, `-` for standard input (kubectl's conventions).
 *
 * @throws UserError that names the file, the line and the field
 */
export async function readManifests(files: readonly string[]): Promise<readonly ManifestObject[]> {
  const names = (await Promise.all(files.map(filesOf))).flat();
  const texts = await Promise.all(names.map(async (file) => ({ file, text: await readText(file) })));
  const objects = texts.flatMap(({ file, text }) => parseManifest(text, file));
  if (objects.length === 0) throw new UserError(`Cannot apply ${files.join(", ")}: no object is in it`);
  return objects;
}

/** The objects of one manifest text. `file` is for messages. @throws UserError */
export function parseManifest(text: string, file: string): readonly ManifestObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: true, prettyErrors: true });
  if ("empty" in documents) return [];
  const placed = documents.map((document, index) => ({
    document,
    place: documents.length > 1 ? `${file}, document ${index + 1}` : file,
  }));
  for (const { document, place } of placed) {
    const [error] = document.errors;
    if (error) throw new UserError(`Cannot read ${place}: ${firstLine(error.message)}`, { cause: error });
  }
  return placed.flatMap(({ document, place }) => {
    const value: unknown = document.toJS();
    return value === null ? [] : objectsOf(value, place);
  });
}

function objectsOf(value: unknown, place: string): readonly ManifestObject[] {
  const candidate = value as {
    kind?: unknown;
    apiVersion?: unknown;
    metadata?: { name?: unknown };
    items?: unknown[];
  };
  for (const field of ["apiVersion", "kind"] as const) {
    if (typeof candidate?.[field] !== "string") {
      throw new UserError(`Cannot apply ${place}: ${field} is missing`, {
        hint: "Every Kubernetes object begins with apiVersion, kind and metadata.name",
      });
    }
  }
  if (candidate.kind === "List") {
    return (candidate.items ?? []).flatMap((item, index) => objectsOf(item, `${place}, items[${index}]`));
  }
  if (typeof candidate.metadata?.name !== "string") {
    throw new UserError(`Cannot apply ${place}: metadata.name is missing`, {
      hint: "Give the object a name",
    });
  }
  return [{ object: value as KubeObject, place }];
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (path === STANDARD_INPUT) return [path];
  const isFolder = (await reading(path, () => stat(path))).isDirectory();
  if (!isFolder) return [path];
  const names = await reading(path, () => readdir(path));
  return names
    .filter((name) => MANIFEST_NAME.test(name))
    .sort()
    .map((name) => join(path, name));
}

function readText(file: string): Promise<string> {
  return reading(file, () => (file === STANDARD_INPUT ? textOf(process.stdin) : readFile(file, "utf8")));
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new UserError(`Cannot read ${path}: ${fileTrouble(cause)}`, { cause });
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/:$/, "") ?? text;
}
