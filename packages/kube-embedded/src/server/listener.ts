import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { type IncomingMessage, ServerResponse } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { KubeError, Logger } from "@heliostat/kube";
import { failureReply, type IncomingRequest, plainReply } from "./answer-request.ts";
import { type Answer, isUpgrade } from "./http/exchange.ts";
import { readBody } from "./http/read-body.ts";
import { EndingLife, type RequestLife } from "./http/request-life.ts";
import { type HttpResponse, sendReply } from "./http/send-reply.ts";
import { noWayOut, wayOut } from "./http/upgrade.ts";
import type { UpgradeRequest } from "./http/web-socket.ts";

export interface ListenerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A second door, for pods that cannot reach the host's loopback. */
  readonly socketPath?: string;
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly logger: Logger;
  answer(request: IncomingRequest): Promise<Answer>;
}

/** How long the end of the last replies may take. */
const CLOSE_WITHIN_MS = 2000;

const NONE: ReadonlySet<string> = new Set();

/** Longer than clients keep an idle connection: the one who may still send closes first. */
const KEEP_ALIVE_MS = 95_000;

/** HTTP/2, HTTP/1.1 and WebSockets over TLS on one port; between sockets and answers, and nothing else. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Http2SecureServer;
  readonly #socketServer: Server;
  readonly #connections = new Set<Socket>();
  /** With the address of each, which a session that is over has no more. */
  readonly #sessions = new Map<ServerHttp2Session, string>();
  readonly #requests = new Map<EndingLife, Request>();
  #isClosing = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = this.#secureServer();
    this.#socketServer = createServer((socket) => this.#server.emit("connection", socket));
  }

  /** @returns the port. @throws Error when it is in use */
  async listen(): Promise<number> {
    const { host, port, socketPath } = this.#options;
    await listening(this.#server.listen({ host, port }), `${host}:${port}`);
    if (socketPath !== undefined) {
      rmSync(socketPath, { force: true });
      await listening(this.#socketServer.listen(socketPath), socketPath);
      chmodSync(socketPath, 0o600);
    }
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : port;
  }

  /** Take no more requests, end the streams, and let what is being answered finish. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const isClosed = this.#server.listening ? once(this.#server, "close") : Promise.resolve();
    this.#server.close();
    this.#socketServer.close();
    for (const [life, request] of this.#requests) {
      life.end();
      if (!hasComeWhole(request)) refuse(request);
    }
    for (const session of this.#sessions.keys()) session.close();
    this.#dropBut(this.#busyAddresses());
    const deadline = setTimeout(() => this.#dropBut(NONE), CLOSE_WITHIN_MS);
    await isClosed;
    clearTimeout(deadline);
  }

  /** Of connections that have a request or a session to end. */
  #busyAddresses(): ReadonlySet<string> {
    const ofRequests = [...this.#requests.values()].flatMap((request) =>
      "stream" in request ? [] : addressOf(request.socket),
    );
    return new Set([...this.#sessions.values(), ...ofRequests]);
  }

  /** What has sent nothing yet, or no whole head, nobody else would end. */
  #dropBut(busy: ReadonlySet<string>): void {
    for (const connection of this.#connections) {
      if (!busy.has(addressOf(connection))) connection.destroy();
    }
  }

  #secureServer(): Http2SecureServer {
    const server = createSecureServer({
      ...this.#options.tls,
      allowHTTP1: true,
      minVersion: "TLSv1.2",
      requestCert: true,
      // Whoever brings no certificate of ours may bring a token.
      rejectUnauthorized: false,
      http1Options: { keepAliveTimeout: KEEP_ALIVE_MS },
    });
    server.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
    });
    server.on("error", (error) => this.#options.logger.debug("Cannot accept a connection", { error }));
    server.on("session", (session) => {
      this.#sessions.set(session, addressOf(session.socket));
      session.once("close", () => this.#sessions.delete(session));
    });
    server.on("request", (request, response) => void this.#onRequest(request, response));
    server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
      void this.#onUpgrade({ message, socket, head });
    });
    return server;
  }

  async #onRequest(request: Request, response: HttpResponse): Promise<void> {
    const life = this.#newRequest(request);
    response.once("close", () => {
      this.#forget(life);
      // A connection that is kept alive would outlive its last answer.
      if (this.#isClosing && !("stream" in request)) request.socket.destroySoon();
    });
    // A caller that leaves in the middle is its own affair.
    response.on("error", () => undefined);
    const answer = await this.#options.answer(incoming(request, life));
    const reply = plainReply(answer, this.#options.logger);
    try {
      await sendReply(response, reply, { headers: request.headers, life });
    } catch (error) {
      this.#breakOff(response, error);
    }
  }

  /** A stream that we end ends well; one that fails must not look complete. */
  #breakOff(response: HttpResponse, error: unknown): void {
    if (this.#isClosing) {
      response.end();
      return;
    }
    if (!response.destroyed) this.#options.logger.debug("Cannot finish a reply", { error });
    response.destroy();
  }

  async #onUpgrade(upgrade: UpgradeRequest): Promise<void> {
    const { message, socket } = upgrade;
    const life = this.#newRequest(message);
    socket.once("close", () => this.#forget(life));
    socket.on("error", () => socket.destroy());
    life.signal.addEventListener("abort", () => socket.destroy(), { once: true });
    const answer = await this.#options.answer(incoming(message, life));
    const leave = isUpgrade(answer) ? wayOut(upgrade, answer) : undefined;
    const refusal = isUpgrade(answer) ? this.#failure(noWayOut(answer)) : answer;
    const done = leave ? leave() : refuseUpgrade(upgrade, refusal, life);
    await done.catch((error: unknown) => {
      this.#options.logger.debug("Cannot finish a conversation", { error });
    });
  }

  #failure(error: KubeError): Answer {
    return failureReply(error, this.#options.logger, { method: "GET", path: "" });
  }

  #newRequest(request: Request): EndingLife {
    const life = new EndingLife();
    this.#requests.set(life, request);
    return life;
  }

  #forget(life: EndingLife): void {
    this.#requests.delete(life);
    life.end();
  }
}

/** Over HTTP/1.1 or HTTP/2. */
type Request = IncomingMessage | Http2ServerRequest;

function hasComeWhole(request: Request): boolean {
  // What Node calls complete there is one that has been read.
  return "stream" in request
    ? request.stream.state.state !== constants.NGHTTP2_STREAM_STATE_OPEN
    : request.complete;
}

/** A request that has come in part has not been begun with, and may be sent to another server. */
function refuse(request: Request): void {
  if ("stream" in request) request.stream.close(constants.NGHTTP2_REFUSED_STREAM);
  else request.socket.destroy();
}

/** By which the two ends of a handshake, which are two objects, are known. */
function addressOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function incoming(request: Request, life: RequestLife): IncomingRequest {
  return {
    method: request.method ?? "",
    url: request.url ?? "",
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    peer: peerOf(request),
    life,
    body: () => readBody(request),
    bodyStream: () => request,
  };
}

/** One object a connection: HTTP/2 has a socket of its own for each request, by which nobody is known again. */
function peerOf(request: Request): TLSSocket {
  const socket = "stream" in request ? request.stream.session?.socket : undefined;
  return (socket ?? request.socket) as TLSSocket;
}

async function listening(server: Server | Http2SecureServer, where: string): Promise<void> {
  try {
    await once(server, "listening");
  } catch (cause) {
    const isInUse = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    const why = isInUse ? "the port is in use" : String(cause);
    throw new Error(`Cannot listen on ${where}: ${why}`, { cause });
  }
}

/** The request said it would not go on as HTTP, so its answer is written by hand and is the last. */
async function refuseUpgrade(
  { message, socket }: UpgradeRequest,
  answer: Answer,
  life: RequestLife,
): Promise<void> {
  if (isUpgrade(answer) || socket.destroyed) return;
  const response = new ServerResponse(message);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.once("finish", () => socket.end());
  await sendReply(response, answer, { headers: message.headers, life });
}
