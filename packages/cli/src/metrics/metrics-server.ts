import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../user-error.ts";

/** What is served. */
export interface MetricsPages {
  readonly contentType: string;
  text(): Promise<string>;
  /** Why the operator is not ready, if it is not. */
  whyNotReady(): string | undefined;
}

export interface MetricsServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  close(): Promise<void>;
}

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Serve `/metrics`, `/healthz` and `/readyz` to anybody who asks. @throws UserError when the address is taken */
export async function serveMetrics(pages: MetricsPages, address: ListenAddress): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    void answer(path, pages, response).catch(() => end(response, 500, "Cannot collect the metrics\n"));
  });
  const { port } = await listening(server, address);
  return {
    url: `http://${address.host.includes(":") ? `[${address.host}]` : address.host}:${port}`,
    close: () => closed(server),
  };
}

async function answer(path: string, pages: MetricsPages, response: ServerResponse): Promise<void> {
  switch (path) {
    case "/metrics":
      response.setHeader("content-type", pages.contentType);
      return end(response, 200, await pages.text());
    case "/healthz":
      return end(response, 200, "ok");
    case "/readyz": {
      const why = pages.whyNotReady();
      return why === undefined ? end(response, 200, "ok") : end(response, 503, `${why}\n`);
    }
    default:
      return end(response, 404, "There are /metrics, /healthz and /readyz\n");
  }
}

function end(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "text/plain; charset=utf-8");
  response.writeHead(status).end(text);
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<AddressInfo> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new UserError(`Cannot serve metrics on ${host}:${port}: ${(cause as Error).message}`, {
      hint: "Name another address with --metrics-listen, or 0 as its port for any",
      cause,
    });
  }
  return server.address() as AddressInfo;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
