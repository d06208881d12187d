import type { FastifyInstance } from "fastify";

type Server = FastifyInstance["server"];

/** As much of a connection as closing it needs. */
interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
  destroySoon(): unknown;
}

/** As much of an answer, in Node's words, as knowing its connection needs. */
interface Answer {
  readonly req: { readonly complete: boolean; readonly socket: Connection };
  readonly headersSent: boolean;
  once(event: "close", listener: () => void): unknown;
  setHeader(name: string, value: string): unknown;
}

/**
 * The connections of an HTTP server, and whom somebody works for. Node's own `close` waits for ever for a connection that
 * has sent nothing yet or half a request, and for one whose answer goes out after it.
 */
export class OpenConnections {
  readonly #open = new Set<Connection>();
  /** Connections that are not yet TLS, by their peer: what comes out of the handshake is another object. */
  readonly #handshakes = new Map<string, Connection>();
  readonly #answers = new Set<Answer>();
  #isClosing = false;

  constructor(server: Server, { isTls }: { readonly isTls: boolean }) {
    server.on("connection", (socket: Connection) => {
      if (isTls) this.#shake(socket);
      else this.#remember(socket);
    });
    server.on("secureConnection", (socket: Connection) => {
      this.#handshakes.delete(peerOf(socket));
      this.#remember(socket);
    });
    server.on("request", (_request, answer: Answer) => this.#work(answer));
  }

  /** Close what nobody works for at once, and every other connection once its answers are out. */
  close(): void {
    this.#isClosing = true;
    const busy = new Set<Connection>();
    for (const answer of this.#answers) {
      // A request that has come in part has not been begun with.
      if (!answer.req.complete) continue;
      busy.add(answer.req.socket);
      if (!answer.headersSent) answer.setHeader("connection", "close");
    }
    for (const socket of [...this.#open, ...this.#handshakes.values()])
      if (!busy.has(socket)) socket.destroy();
  }

  /** Close all connections. */
  drop(): void {
    this.#isClosing = true;
    for (const socket of [...this.#open, ...this.#handshakes.values()]) socket.destroy();
  }

  #shake(socket: Connection): void {
    if (this.#isClosing) return void socket.destroy();
    const peer = peerOf(socket);
    this.#handshakes.set(peer, socket);
    socket.once("close", () => {
      if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer);
    });
  }

  #remember(socket: Connection): void {
    if (this.#isClosing) return void socket.destroy();
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
  }

  #work(answer: Answer): void {
    const { socket } = answer.req;
    this.#answers.add(answer);
    answer.once("close", () => {
      this.#answers.delete(answer);
      if (this.#isClosing && !this.#isBusy(socket)) socket.destroySoon();
    });
  }

  #isBusy(socket: Connection): boolean {
    for (const answer of this.#answers) if (answer.req.socket === socket) return true;
    return false;
  }
}

function peerOf({ remoteAddress, remotePort }: Connection): string {
  return `${remoteAddress} ${remotePort}`;
}
