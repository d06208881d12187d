import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  isKubeError,
  type Json,
  type JsonPatchOperation,
  KubeError,
  type KubeObject,
} from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";
import { storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { applyObject } from "./apply.ts";
import { incomingObject } from "./incoming.ts";
import type { Caller, PatchBody, Target, WriteResult } from "./kube-api.ts";
import { badRequest } from "./refusals.ts";
import { replaceObject } from "./update.ts";
import { asServed } from "./versions.ts";

export interface PatchRequest {
  readonly patch: PatchBody;
  readonly caller: Caller;
}

/**
 * Change an object by a patch. Reading, patching and storing are one step here, so that only a patch which itself
 * names a uid or a resourceVersion can conflict.
 */
export function patchObject(ground: ApiGround, target: Target, { patch, caller }: PatchRequest): WriteResult {
  assertPatchType(target.resource, patch);
  if (patch.type === "apply")
    return applyObject(ground, target, { body: patch.body, isForced: patch.force ?? false, caller });
  const stored = storedAt(ground, target);
  const current = asServed(target.resource, stored).object;
  const patched = incomingObject(target, patchedJson(current, patch, target.resource));
  const { name } = current.metadata;
  if (patched.metadata.name !== name)
    throw badRequest(
      `the name of the object (${patched.metadata.name}) does not match the name on the URL (${name})`,
    );
  const { resourceVersion = current.metadata.resourceVersion ?? "" } = patched.metadata;
  const proposed = { ...patched, metadata: { ...patched.metadata, resourceVersion } };
  return replaceObject(ground, target, { stored, proposed, caller, isPatched: true });
}

const MOST_OPERATIONS = 10_000;

/** @throws KubeError `UnsupportedMediaType` when this kind does not take this kind of patch */
export function assertPatchType({ isCustom }: Pick<ServedResource, "isCustom">, patch: PatchBody): void {
  if (patch.type === "strategic" && isCustom)
    throw new KubeError(
      "UnsupportedMediaType",
      `the body of the request was in an unknown format - accepted media types include: ${acceptedTypes(isCustom)}`,
    );
  if (patch.type === "json" && patch.body.length > MOST_OPERATIONS)
    throw new KubeError(
      "RequestEntityTooLarge",
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.body.length}`,
    );
}

function acceptedTypes(isCustom: boolean): string {
  const strategic = isCustom ? [] : ["application/strategic-merge-patch+json"];
  const types = ["application/json-patch+json", "application/merge-patch+json", ...strategic];
  return [...types, "application/apply-patch+yaml"].join(", ");
}

/** The object's JSON with the patch applied; the result is no more checked than any request's body. */
export function patchedJson(
  object: KubeObject,
  patch: PatchBody,
  { schema }: Pick<ServedResource, "schema">,
): Json {
  const json = object as unknown as Json;
  switch (patch.type) {
    case "json":
      return operated(json, patch.body);
    case "merge":
      return applyMergePatch(json, patchObjectOf(patch.body));
    case "strategic":
    case "apply":
      return applyStrategicMergePatch(json, patch.body, schema);
  }
}

/** Kubernetes says no more than that it failed; what failed is among the causes. */
function operated(json: Json, operations: readonly JsonPatchOperation[]): Json {
  try {
    return applyJsonPatch(json, operations);
  } catch (cause) {
    if (!isKubeError(cause)) throw cause;
    const { message } = cause;
    const causes = [{ reason: "FieldValueInvalid", field: "patch", message }];
    throw new KubeError("Invalid", REJECTED, { cause, causes });
  }
}

const REJECTED = "the server rejected our request due to an error in our request";

function patchObjectOf(body: Json): Json {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw badRequest("Invalid JSON document");
}
