import {
  type Json,
  type JsonPatchOperation,
  KubeError,
  type KubeObject,
  type KubeReader,
  type ObjectName,
  type Patch,
} from "@heliostat/kube";
import { parse } from "yaml";
import { bodyText } from "../http/request-message.ts";
import type { TemplateExpansion } from "../methods/template-expansion.ts";
import type { KubeTarget, KubeVerb } from "./kube-request.ts";

/** A body as it was sent. */
export interface SentBody {
  readonly bytes: Uint8Array | undefined;
  readonly contentType: string;
}

export interface Filling {
  readonly verb: KubeVerb;
  readonly target: KubeTarget;
  readonly expansion: TemplateExpansion;
  /** Finds what a patch is about. */
  readonly reader: Pick<KubeReader, "get">;
  readonly signal: AbortSignal;
}

/**
 * A body with its compute templates filled in. One that names none is passed on byte for byte: what is wrong with it,
 * Kubernetes says.
 *
 * @throws KubeError `Invalid` when there is no such template; `BadRequest` for a body that names one and cannot be read
 */
export async function filledBody(sent: SentBody, filling: Filling): Promise<SentBody> {
  const { bytes } = sent;
  if (bytes === undefined || !WRITES.has(filling.verb) || !namesTemplate(bytes)) return sent;
  if (filling.verb !== "patch" || isApply(sent.contentType)) return filledObject(sent, filling);
  const patch = patchIn(sent);
  return patch === undefined ? sent : filledPatch(sent, patch, filling);
}

/** Whether a patch is a server-side apply. */
export function isApply(contentType: string): boolean {
  return mediaType(contentType).startsWith("application/apply-patch+");
}

const WRITES: ReadonlySet<KubeVerb> = new Set(["create", "update", "patch"]);

function namesTemplate(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes("computeTemplate");
}

async function filledObject(sent: SentBody, filling: Filling): Promise<SentBody> {
  const object = await filling.expansion.object(parsed(sent), expansionTarget(filling));
  // What is applied stays an apply; its YAML may be JSON.
  return asBody(object, isApply(sent.contentType) ? sent.contentType : "application/json");
}

async function filledPatch(sent: SentBody, patch: Patch, filling: Filling): Promise<SentBody> {
  const { resource, namespace, name = "" } = filling.target;
  const { signal } = filling;
  const place: ObjectName = { name, ...(namespace !== undefined && { namespace }) };
  const current = await filling.reader.get<KubeObject>(resource, place, { signal });
  const wanted = await filling.expansion.patch(patch, current as unknown as Json, expansionTarget(filling));
  return wanted === patch ? sent : asBody(wanted.body as Json, "application/merge-patch+json");
}

/** `undefined` for kinds of patches that name no template, and for those that Kubernetes does not know. */
function patchIn(sent: SentBody): Patch | undefined {
  const type = mediaType(sent.contentType);
  if (type === "application/merge-patch+json") return { type: "merge", body: parsed(sent) };
  if (type !== "application/json-patch+json") return undefined;
  const operations = parsed(sent);
  if (!Array.isArray(operations))
    throw new KubeError("BadRequest", "Cannot read the patch: want a list of operations");
  return { type: "json", body: operations as unknown as readonly JsonPatchOperation[] };
}

function asBody(json: Json, contentType: string): SentBody {
  return { bytes: Buffer.from(JSON.stringify(json)), contentType };
}

function expansionTarget({ target, signal }: Filling): Parameters<TemplateExpansion["object"]>[1] {
  return { namespace: target.namespace ?? "", signal };
}

/** Nothing that a person writes is nested deeper, and recursive readers stay on their feet. */
const DEPTH_MAX = 200;

function parsed({ bytes = new Uint8Array(), contentType }: SentBody): Json {
  const type = mediaType(contentType);
  const isYaml = type.endsWith("yaml");
  if (!isYaml && !type.endsWith("json")) {
    throw new KubeError(
      "UnsupportedMediaType",
      `Cannot read a body of type "${type}": want application/json or application/yaml`,
    );
  }
  const json = read(bodyText(bytes), isYaml);
  if (isDeeper(json, DEPTH_MAX)) {
    throw new KubeError("BadRequest", `Cannot read the body: it is nested deeper than ${DEPTH_MAX} levels`);
  }
  return json;
}

function read(text: string, isYaml: boolean): Json {
  try {
    return isYaml ? (parse(text) as Json) : (JSON.parse(text) as Json);
  } catch (cause) {
    throw new KubeError("BadRequest", `Cannot read the body: it is no ${isYaml ? "YAML" : "JSON"}`, {
      cause,
    });
  }
}

function isDeeper(json: unknown, levels: number): boolean {
  if (typeof json !== "object" || json === null) return false;
  return levels === 0 || Object.values(json).some((value) => isDeeper(value, levels - 1));
}

function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}
