import { type ApiRequest, jsonReply, type Reply, textReply } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import type { ServedApi } from "../served-api.ts";
import { documentReply } from "./document-cache.ts";

const INDEX_PATH = "/openapi/v3";
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The OpenAPI documents and their index; `undefined` for every other path. */
export function answerOpenApi(served: ServedApi, request: ApiRequest): Reply | undefined {
  const path = request.path.replace(/\/$/, "");
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

function moved(location: string): Reply {
  return { ...textReply("", 301), headers: { Location: location } };
}
