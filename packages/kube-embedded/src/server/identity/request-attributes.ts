import type { AccessAttributes } from "../../access/authorizer.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import type { ResourceRoute } from "../http/route.ts";
import { verbOf } from "../routes/verb.ts";

/**
 * What a request wants, in the words of the rules about who may (Kubernetes: RequestInfo).
 *
 * @throws KubeError `MethodNotAllowed`, `BadRequest`
 */
export function requestAttributes(
  { user, method, path, query }: Pick<ApiRequest, "user" | "method" | "path" | "query">,
  route: ResourceRoute | undefined,
): AccessAttributes {
  if (!route) return { user, path, verb: method.toLowerCase() };
  const { group, version, plural, subresource } = route;
  const verb = verbOf(method, route, query);
  const name = route.name ?? selectedName(verb, query);
  const namespace = route.namespace ?? ownNamespace(route);
  const resource = {
    group,
    version,
    plural,
    ...(subresource !== undefined && { subresource }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
  return { user, path, verb, resource };
}

/** A namespace lies in itself: who administers it may read it. */
function ownNamespace({ group, plural, name }: ResourceRoute): string | undefined {
  return group === "" && plural === "namespaces" ? name : undefined;
}

const BY_NAME = /(?:^|,)\s*metadata\.name\s*==?\s*([^,\s]+)\s*(?:,|$)/;

/** To list or watch one name is to read that object: a rule may be limited to it. */
function selectedName(verb: string, query: URLSearchParams): string | undefined {
  if (verb !== "list" && verb !== "watch") return undefined;
  return BY_NAME.exec(textParameter(query, "fieldSelector") ?? "")?.[1];
}
