import type { Json } from "@heliostat/kube";
import type { Caller } from "../../api/kube-api.ts";
import { decodedEnvelope } from "../../protobuf/decode-envelope.ts";
import { builtInMessageTypes } from "../../protobuf/message-table.ts";
import type { ServedResource } from "../../registry/served-resource.ts";
import { mediaRange } from "../http/accept.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { decodedBody, PROTOBUF_TYPE, TEXT_TYPES, unsupportedMediaType } from "./decode-body.ts";

export interface BodyRequest {
  readonly request: Pick<ApiRequest, "method" | "headers" | "body">;
  readonly resource: Pick<ServedResource, "isCustom">;
}

/**
 * The value of a request's body, in any of the syntaxes that Kubernetes has; `null` when there is none.
 *
 * @throws KubeError `UnsupportedMediaType`, `BadRequest`, `RequestEntityTooLarge`
 */
export async function requestBody({ request, resource }: BodyRequest, caller: Caller): Promise<Json> {
  const body = await request.body();
  if (body.length === 0) return null;
  const contentType = request.headers["content-type"];
  if (!isProtobuf(contentType)) return decodedBody(body, contentType, caller);
  // Custom kinds have no messages; the options of their deletion do.
  if (resource.isCustom && request.method !== "DELETE") throw unsupportedMediaType(TEXT_TYPES);
  return decodedEnvelope(body, await builtInMessageTypes());
}

function isProtobuf(contentType = ""): boolean {
  return contentType !== "" && mediaRange(contentType).type === PROTOBUF_TYPE;
}
