import { readFile } from "node:fs/promises";
import type { KubeObject } from "@heliostat/kube";
import { parseAllDocuments } from "yaml";
import { UserError } from "../user-error.ts";

/** One object of a manifest, with the place where a person finds it. */
export interface ManifestObject {
  readonly object: KubeObject;
  /** `cluster.yaml, document 2` */
  readonly place: string;
}

/**
 * Every object of these YAML or JSON files, in order; `kind: List` is opened.
 *
 * @throws UserError that names the file, the line and the field
 */
export async function readManifests(files: readonly string[]): Promise<readonly ManifestObject[]> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readText(file) })));
  return texts.flatMap(({ file, text }) => parseManifest(text, file));
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

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError(`Cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/:$/, "") ?? text;
}
