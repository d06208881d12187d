import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { ClusterAccess } from "../access/cluster-access.ts";

/** A server of which a test says what it answers, without TLS. */
export interface FakeServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly server: Server;
  /** How to reach it, as nobody; with whatever else a test wants. */
  access(more?: Partial<ClusterAccess>): ClusterAccess;
  close(): Promise<void>;
}

interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answerer = (request: SeenRequest, response: ServerResponse) => void;

export async function fakeServer(answer: Answerer): Promise<FakeServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (message, response) => {
    let body = "";
    for await (const chunk of message) body += String(chunk);
    const { method = "", url = "", headers } = message;
    const seen = { method, url, headers, body };
    requests.push(seen);
    answer(seen, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    server,
    access: (more = {}) => ({
      server: url,
      namespace: "default",
      trust: { isUnverified: false },
      credentials: { current: async () => ({}), renewed: async () => ({}) },
      ...more,
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export function answerJson(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
