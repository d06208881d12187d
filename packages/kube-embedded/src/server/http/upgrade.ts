import { KubeError } from "@heliostat/kube";
import type { Upgrade } from "./exchange.ts";
import { agreedSpdyProtocol, converseOverSpdy, isSpdyRequest } from "./spdy-socket.ts";
import {
  agreedSubprotocol,
  converseOverWebSocket,
  isWebSocketRequest,
  type UpgradeRequest,
} from "./web-socket.ts";

/** Leaves HTTP, handshake included, and resolves when the connection has ended. Fails only in our own code. */
export type WayOut = () => Promise<void>;

/** The way out of HTTP that the client asks for; `undefined` when that is none that is offered here. */
export function wayOut(request: UpgradeRequest, upgrade: Upgrade): WayOut | undefined {
  if ("carry" in upgrade) return () => upgrade.carry(request.socket, request.head);
  const { message } = request;
  const { spdy } = upgrade;
  if (isWebSocketRequest(message)) {
    const subprotocol = agreedSubprotocol(message, upgrade);
    return subprotocol === undefined ? undefined : () => converseOverWebSocket(request, upgrade, subprotocol);
  }
  const protocol = spdy && isSpdyRequest(message) ? agreedSpdyProtocol(message, spdy) : undefined;
  return spdy && protocol !== undefined ? () => converseOverSpdy(request, spdy, protocol) : undefined;
}

/** What a client is told that asks for another way. */
export function noWayOut(upgrade: Upgrade): KubeError {
  return new KubeError("BadRequest", `unable to upgrade: this server speaks ${spoken(upgrade)}`);
}

function spoken(upgrade: Upgrade): string {
  if ("carry" in upgrade) return "what the other side speaks";
  const { subprotocols, spdy } = upgrade;
  const named = subprotocols.filter((each) => each !== "");
  const webSocket = named.length === 0 ? "WebSocket" : `WebSocket with the subprotocols ${named.join(", ")}`;
  return spdy ? `${webSocket}, and SPDY/3.1 with the protocols ${spdy.protocols.join(", ")}` : webSocket;
}
