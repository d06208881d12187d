import { type JsonPatchOperation, KubeError } from "@heliostat/kube";
import type { Caller, PatchBody } from "../../api/kube-api.ts";
import type { ServedResource } from "../../registry/served-resource.ts";
import { mediaRange } from "../http/accept.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { booleanParameter, textParameter } from "../http/query.ts";
import { decodedApplyBody, decodedJson, unsupportedMediaType } from "./decode-body.ts";
import { forbidden, invalidOptions } from "./invalid-options.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";

export interface PatchContext {
  readonly request: Pick<ApiRequest, "headers" | "query">;
  readonly resource: ServedResource;
  readonly caller: Caller;
}

/** The patch of a request, by its content type. @throws KubeError `UnsupportedMediaType`, `BadRequest`, `Invalid` */
export function patchBody(body: Buffer, { request, resource, caller }: PatchContext): PatchBody {
  const { type } = mediaRange(request.headers["content-type"] ?? "");
  if (type !== APPLY_PATCH && request.query.has("force")) {
    throw invalidOptions(KIND, forbidden("force", "may not be specified for non-apply patch"));
  }
  const text = body.toString("utf8");
  switch (type) {
    case JSON_PATCH:
      return { type: "json", body: operations(text) };
    case MERGE_PATCH:
      return { type: "merge", body: decodedJson(text, caller) };
    case STRATEGIC_MERGE_PATCH:
      // Kubernetes rule: custom kinds have no merge keys.
      if (resource.isCustom) throw unsupportedMediaType(patchTypes(resource));
      return { type: "strategic", body: decodedJson(text, caller) };
    case APPLY_PATCH:
      return applyPatch(body, request.query, caller);
    default:
      throw unsupportedMediaType(patchTypes(resource));
  }
}

const KIND = "PatchOptions";

/** Kubernetes' limit. */
const MAX_OPERATIONS = 10_000;

function patchTypes({ isCustom }: ServedResource): readonly string[] {
  return [JSON_PATCH, MERGE_PATCH, ...(isCustom ? [] : [STRATEGIC_MERGE_PATCH]), APPLY_PATCH];
}

function operations(text: string): readonly JsonPatchOperation[] {
  const value = decodedJson(text, { fieldValidation: "Ignore" });
  if (!Array.isArray(value)) {
    throw new KubeError("BadRequest", "Cannot read the JSON patch: it is not a list of operations");
  }
  if (value.length > MAX_OPERATIONS) {
    throw new KubeError(
      "RequestEntityTooLarge",
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${value.length}`,
    );
  }
  return value as unknown as readonly JsonPatchOperation[];
}

function applyPatch(body: Buffer, query: URLSearchParams, caller: Caller): PatchBody {
  if (textParameter(query, "fieldManager") === undefined) {
    throw invalidOptions(KIND, {
      reason: "FieldValueRequired",
      field: "fieldManager",
      message: "Required value: is required for apply patch",
    });
  }
  const force = booleanParameter(query, "force");
  return { type: "apply", body: decodedApplyBody(body, caller), force };
}
