import type { SwaggerText } from "../../openapi/openapi-documents.ts";
import { type ApiRequest, jsonReply, type Reply, textReply } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import type { ServedApi } from "../served-api.ts";
import { documentReply } from "./document-cache.ts";

const INDEX_PATH = "/openapi/v3";
const SWAGGER_PATH = "/openapi/v2";
/** Clients ask in either spelling; the answer has the newer one, since `@` is no letter of a media type. */
const SWAGGER_PROTOBUF_TYPE = "application/com.github.proto-openapi.spec.v2.v1+protobuf";
const SWAGGER_PROTOBUF = /application\/com\.github\.proto-openapi\.spec\.v2(?:@v1\.0|\.v1)\+protobuf/;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The OpenAPI documents of both versions, and the index of the newer one; `undefined` for every other path. */
export function answerOpenApi(served: ServedApi, request: ApiRequest): Reply | undefined {
  const path = request.path.replace(/\/$/, "");
  if (path === SWAGGER_PATH) return swaggerReply(served.openApi.swagger(), request);
  if (path === INDEX_PATH) return jsonReply(served.openApi.index());
  if (!path.startsWith(`${INDEX_PATH}/`)) return undefined;
  const document = served.openApi.document(path.slice(INDEX_PATH.length + 1));
  if (!document) return undefined;
  const wanted = textParameter(request.query, "hash");
  if (wanted === undefined) return documentReply(document, request.headers);
  if (wanted !== document.hash) return moved(`${path}?hash=${document.hash}`);
  // Under its hash a document never changes: whoever has it need not ask again.
  const expires = new Date(served.clock.now() + YEAR_MS).toUTCString();
  return documentReply(document, request.headers, {
    headers: { "Cache-Control": "public, immutable", Expires: expires },
  });
}

function swaggerReply({ json, protobuf, hash }: SwaggerText, { headers }: ApiRequest): Reply {
  if (!SWAGGER_PROTOBUF.test(headers.accept ?? "")) return documentReply({ json, hash }, headers);
  return documentReply({ bytes: protobuf, hash: `${hash}-protobuf` }, headers, {
    contentType: SWAGGER_PROTOBUF_TYPE,
  });
}

function moved(location: string): Reply {
  return { ...textReply("", 301), headers: { Location: location } };
}
