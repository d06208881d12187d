import type { FastifyInstance } from "fastify";

/** As much of a connection as closing it needs. */
interface Connection {
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
 * The connections of the server, and whom somebody works for. Node's own `close` waits for ever for a connection that has
 * sent nothing yet or half a request, and for one whose answer goes out after it.
 */
export class OpenConnections {
  readonly #open = new Set<Connection>();
  readonly #answers = new Set<Answer>();
  #isClosing = false;

  constructor({ server }: Pick<FastifyInstance, "server">) {
    server.on("connection", (socket: Connection) => {
      if (this.#isClosing) return void socket.destroy();
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
    });
    server.on("request", (_request, answer: Answer) => {
      this.#answers.add(answer);
      answer.once("close", () => this.#end(answer));
    });
  }

  /** Close what nobody works for at once, and every other connection once its answer is out. */
  close(): void {
    this.#isClosing = true;
    const busy = new Set<Connection>();
    for (const answer of this.#answers) {
      // A request that has come in part has not been begun with.
      if (!answer.req.complete) continue;
      busy.add(answer.req.socket);
      if (!answer.headersSent) answer.setHeader("connection", "close");
    }
    for (const socket of this.#open) if (!busy.has(socket)) socket.destroy();
  }

  /** Close all connections. */
  drop(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #end(answer: Answer): void {
    this.#answers.delete(answer);
    if (!this.#isClosing) return;
    const { socket } = answer.req;
    const isBusy = [...this.#answers].some(({ req }) => req.socket === socket);
    if (!isBusy) socket.destroySoon();
  }
}
