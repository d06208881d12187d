import type { KubeObject } from "@heliostat/kube";
import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import { compared } from "./compare.ts";
import { difference, EMPTY_SET, type FieldSet } from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { appliedFields } from "./owned-fields.ts";

/** Where `kubectl apply` without `--server-side` keeps what it applied last. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** The one applier for whom the annotation counts (Kubernetes rule). */
const KUBECTL = "kubectl";

/**
 * The fields on which kubectl may differ from other owners without a conflict: those that its own client-side apply
 * wrote and that still have that value. So whoever turns to `--server-side` does not fight with himself.
 */
export function fieldsLastApplied(live: KubeObject | undefined, manager: string, type: FieldType): FieldSet {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  if (live === undefined || manager !== KUBECTL || !text) return EMPTY_SET;
  const config = parsed(text);
  if (config?.["apiVersion"] !== live.apiVersion) return EMPTY_SET;
  const { changed, removed } = compared(config, live as unknown as JsonObject, type);
  return difference(difference(appliedFields(config, type), changed), removed);
}

/** The applied object with its annotation, if it has one, brought up to date: client-side apply may be used again. */
export function withLastApplied(object: KubeObject, config: JsonObject, manager: string): KubeObject {
  const { annotations } = object.metadata;
  if (manager !== KUBECTL || !annotations?.[LAST_APPLIED]) return object;
  const { [LAST_APPLIED]: _, ...others } = annotations;
  const text = `${JSON.stringify(withoutAnnotation(config))}\n`;
  const updated = { ...others, [LAST_APPLIED]: text };
  const fitting = bytesOf(updated) > MOST_ANNOTATION_BYTES ? others : updated;
  return { ...object, metadata: { ...object.metadata, annotations: fitting } };
}

/** Kubernetes' limit for all annotations of an object; the annotation that would exceed it is dropped. */
const MOST_ANNOTATION_BYTES = 262_144;

function bytesOf(annotations: Readonly<Record<string, string | undefined>>): number {
  return Object.entries(annotations).reduce(
    (sum, [key, value = ""]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
}

function withoutAnnotation(config: JsonObject): JsonObject {
  const { metadata } = config;
  if (!isJsonObject(metadata) || !isJsonObject(metadata["annotations"])) return config;
  const { [LAST_APPLIED]: _, ...annotations } = metadata["annotations"];
  return { ...config, metadata: { ...metadata, annotations } };
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
