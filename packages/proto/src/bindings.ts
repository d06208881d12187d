import { type DescMethod, getOption } from "@bufbuild/protobuf";
import { http } from "../gen/google/api/annotations_pb.ts";

export type HttpVerb = "GET" | "PUT" | "POST" | "DELETE" | "PATCH";

/** How one method is reached over HTTP, as its `google.api.http` says. */
export interface Binding {
  readonly verb: HttpVerb;
  /** `/apis/v1/namespaces/{namespace}/clusters/{name}`: each variable is one segment and a field of the request. */
  readonly path: string;
  /** The field of the request that the body is; `""` without a body. */
  readonly body: string;
}

/** The binding of a method. @throws Error for a method without one, which is a mistake in our `.proto` files */
export function bindingOf(method: DescMethod): Binding {
  const rule = getOption(method, http);
  const { pattern } = rule;
  if (pattern.case === undefined) throw new Error(`Cannot bind ${method.name}: it has no google.api.http`);
  return { verb: pattern.case.toUpperCase() as HttpVerb, path: pattern.value, body: rule.body };
}
