import { SERVER_VERSION } from "../../discovery/server-version.ts";
import { type ApiRequest, jsonReply, type Reply } from "../http/exchange.ts";
import type { ServedApi } from "../served-api.ts";
import { answerDiscovery } from "./discovery-answer.ts";
import { answerOpenApi } from "./openapi-answer.ts";
import { methodNotAllowed } from "./verb.ts";

/** The answer to a request whose path names no resource; `undefined` when there is nothing. @throws KubeError */
export function answerPath(served: ServedApi, request: ApiRequest): Reply | undefined {
  const reply = answerVersion(request) ?? answerDiscovery(served, request) ?? answerOpenApi(served, request);
  if (reply && request.method !== "GET") throw methodNotAllowed();
  return reply;
}

function answerVersion({ path }: ApiRequest): Reply | undefined {
  return path === "/version" ? jsonReply(SERVER_VERSION) : undefined;
}
