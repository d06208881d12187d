import { KubeError } from "@heliostat/kube";
import type { Verb } from "../../registry/served-resource.ts";
import { booleanParameter } from "../http/query.ts";
import type { ResourceRoute } from "../http/route.ts";

/** What an HTTP request does to the resource that its path names. @throws KubeError `MethodNotAllowed`, `BadRequest` */
export function verbOf(method: string, route: ResourceRoute, query: URLSearchParams): Verb {
  const isOne = route.name !== undefined;
  switch (method) {
    case "GET":
      if (route.isWatchPath || (route.subresource === undefined && booleanParameter(query, "watch"))) {
        return "watch";
      }
      return isOne ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return isOne ? "delete" : "deletecollection";
    default:
      throw methodNotAllowed();
  }
}

export function methodNotAllowed(): KubeError {
  return new KubeError("MethodNotAllowed", "the server does not allow this method on the requested resource");
}
