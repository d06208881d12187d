import type { Conversation, MessageSocket } from "../http/exchange.ts";
import type { ResourceCall } from "../routes/resource-call.ts";
import { SpdyConnection } from "../spdy/spdy-connection.ts";
import { webSocketLine } from "../spdy/spdy-line.ts";
import { forwardTarget, portNumber } from "./forward-target.ts";
import { podOf } from "./pod-of.ts";
import { forwardOverChannels } from "./port-forward-channels.ts";
import { forwardOverSpdy } from "./port-forward-spdy.ts";

/** kubectl since 1.31: SPDY frames in the messages of a WebSocket. */
const TUNNEL_PROTOCOL = "SPDY/3.1+portforward.k8s.io";
/** The Python client: a channel a port. */
const CHANNEL_PROTOCOL = "v4.channel.k8s.io";
/** Inside SPDY. */
const STREAM_PROTOCOL = "portforward.k8s.io";

/** `pods/NAME/portforward`: connections to ports of a pod, any number over one forward. */
export async function answerPortForward(call: ResourceCall): Promise<Conversation> {
  const ports = forwardedPorts(call.request.query);
  const target = forwardTarget(call, await podOf(call));
  const forward = (connection: SpdyConnection) => forwardOverSpdy(connection, target);
  return {
    // With channels, what is forwarded is said in the query.
    subprotocols: ports.length > 0 ? [TUNNEL_PROTOCOL, CHANNEL_PROTOCOL] : [TUNNEL_PROTOCOL],
    converse: (socket: MessageSocket) =>
      socket.subprotocol === TUNNEL_PROTOCOL
        ? forward(new SpdyConnection(webSocketLine(socket)))
        : forwardOverChannels(socket, ports, target),
    spdy: { protocols: [STREAM_PROTOCOL], converse: forward },
  };
}

/** `ports=80&ports=443`, `ports=80,443`. @throws KubeError `BadRequest` */
function forwardedPorts(query: URLSearchParams): readonly number[] {
  return query
    .getAll("ports")
    .flatMap((text) => text.split(","))
    .map(portNumber);
}
