import type { ApiListOptions, ApiWatchOptions } from "../../api/kube-api.ts";
import { booleanParameter, integerParameter, textParameter } from "../http/query.ts";
import type { ResourceRoute } from "../http/route.ts";
import { forbidden, invalidOptions } from "./invalid-options.ts";

/** What a list is asked for; whether it makes sense is for the API to say. @throws KubeError `BadRequest`, `Invalid` */
export function listOptions(query: URLSearchParams, route: ResourceRoute): ApiListOptions {
  if (query.has("sendInitialEvents")) {
    const cause = forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
    throw invalidOptions("ListOptions", cause);
  }
  const limit = integerParameter(query, "limit");
  const continueToken = textParameter(query, "continue");
  return {
    ...selection(query, route),
    ...(limit === undefined ? {} : { limit }),
    ...(continueToken === undefined ? {} : { continueToken }),
  };
}

/** What a watch is asked for. @throws KubeError `BadRequest` */
export function watchOptions(query: URLSearchParams, route: ResourceRoute): ApiWatchOptions {
  const timeoutSeconds = integerParameter(query, "timeoutSeconds");
  return {
    ...selection(query, route),
    allowBookmarks: booleanParameter(query, "allowWatchBookmarks"),
    ...(timeoutSeconds === undefined || timeoutSeconds <= 0 ? {} : { timeoutSeconds }),
    ...(query.has("sendInitialEvents")
      ? { sendInitialEvents: booleanParameter(query, "sendInitialEvents") }
      : {}),
  };
}

/** What lists and watches share. An object's own URL selects it by name. */
function selection(query: URLSearchParams, { namespace, name }: ResourceRoute): Selection {
  const labelSelector = textParameter(query, "labelSelector");
  const fields = [textParameter(query, "fieldSelector"), name && `metadata.name=${name}`].filter(Boolean);
  const resourceVersion = textParameter(query, "resourceVersion");
  const resourceVersionMatch = textParameter(query, "resourceVersionMatch");
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fields.length === 0 ? {} : { fieldSelector: fields.join(",") }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    // The API refuses what is neither.
    ...(resourceVersionMatch === undefined
      ? {}
      : { resourceVersionMatch: resourceVersionMatch as "Exact" | "NotOlderThan" }),
  };
}

type Selection = Pick<
  ApiListOptions,
  "namespace" | "labelSelector" | "fieldSelector" | "resourceVersion" | "resourceVersionMatch"
>;
