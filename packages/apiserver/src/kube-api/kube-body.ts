import { type Json, type JsonPatchOperation, KubeError, type KubeObject, type Patch } from "@heliostat/kube";
import { parse } from "yaml";
import { bodyText } from "../http/request-message.ts";

/** A body as it was sent. */
export interface SentBody {
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string;
}

/** Nothing that a person writes is nested deeper, and recursive readers stay on their feet. */
const DEPTH_MAX = 200;

/** An object of JSON or YAML. @throws KubeError `BadRequest`, `UnsupportedMediaType` */
export function objectOf(body: SentBody): KubeObject {
  const json = parsed(body);
  const { metadata } = json as { readonly metadata?: unknown };
  if (!isObject(json) || !isObject(metadata)) {
    throw new KubeError("BadRequest", "Cannot read the body: want an object with metadata");
  }
  return json as unknown as KubeObject;
}

export function kubePatch(body: SentBody): Patch {
  const type = mediaType(body.contentType);
  if (type === "application/json-patch+json") {
    const operations = parsed(body);
    if (!Array.isArray(operations))
      throw new KubeError("BadRequest", "Cannot read the patch: want a list of operations");
    return { type: "json", body: operations as unknown as readonly JsonPatchOperation[] };
  }
  if (type === "application/merge-patch+json") return { type: "merge", body: parsed(body) };
  throw new KubeError(
    "UnsupportedMediaType",
    `Cannot read a patch of type "${type}": want application/merge-patch+json, application/json-patch+json or application/apply-patch+yaml`,
  );
}

/** Whether a patch is a server-side apply. */
export function isApply({ contentType }: SentBody): boolean {
  return mediaType(contentType).startsWith("application/apply-patch+");
}

/** The body of a DELETE, which may be left out. */
export function deleteOptionsOf(body: SentBody): DeleteOptionsBody {
  if (body.bytes === undefined || body.bytes.length === 0) return {};
  const json = parsed(body);
  return isObject(json) ? (json as DeleteOptionsBody) : {};
}

interface DeleteOptionsBody {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

function parsed({ bytes, contentType }: SentBody): Json {
  const type = mediaType(contentType);
  const isYaml = type.endsWith("yaml");
  if (!isYaml && !type.endsWith("json") && type !== "") {
    throw new KubeError(
      "UnsupportedMediaType",
      `Cannot read a body of type "${type}": want application/json or application/yaml`,
    );
  }
  const text = bodyText(bytes ?? new Uint8Array());
  let json: Json;
  try {
    json = isYaml ? (parse(text) as Json) : (JSON.parse(text) as Json);
  } catch (cause) {
    throw new KubeError("BadRequest", `Cannot read the body: it is no ${isYaml ? "YAML" : "JSON"}`, {
      cause,
    });
  }
  if (isDeeper(json, DEPTH_MAX)) {
    throw new KubeError("BadRequest", `Cannot read the body: it is nested deeper than ${DEPTH_MAX} levels`);
  }
  return json;
}

function isDeeper(json: unknown, levels: number): boolean {
  if (typeof json !== "object" || json === null) return false;
  return levels === 0 || Object.values(json).some((value) => isDeeper(value, levels - 1));
}

function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}

function isObject(json: unknown): json is { readonly [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
