import type { Answer, MessageSocket, Reply } from "../http/exchange.ts";
import { isWebSocketRequest } from "../http/web-socket.ts";
import { answerWatch } from "../routes/read-verbs.ts";
import type { ResourceCall } from "../routes/resource-call.ts";

/** A watch as lines of a long reply or, for a caller that wants to go on as a WebSocket, as messages: one an event. */
export async function answerWatchAsAsked(call: ResourceCall): Promise<Answer> {
  const reply = await answerWatch(call);
  if (!isWebSocketRequest(call.request)) return reply;
  return {
    // Kubernetes rule: whoever names a subprotocol means bytes, in which JSON comes as text all the same.
    subprotocols: ["", "binary.k8s.io"],
    converse: (socket) => sendLines(reply.body, socket),
  };
}

async function sendLines(body: Reply["body"], socket: MessageSocket): Promise<void> {
  let rest = "";
  const parts = typeof body === "string" || Buffer.isBuffer(body) ? [body] : body;
  for await (const part of parts) {
    const lines = `${rest}${typeof part === "string" ? part : Buffer.from(part).toString("utf8")}`.split(
      "\n",
    );
    rest = lines.pop() ?? "";
    for (const line of lines) await socket.send(line);
  }
}
