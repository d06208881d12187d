import type { Duplex } from "node:stream";
import { type RayCallOptions, RayError } from "@heliostat/ray";
import { type ClientOptions, WebSocket } from "ws";
import { asRayError, type DashboardAddress } from "./dashboard-http.ts";

/** What a submitted job prints, from its beginning, over Ray's WebSocket; ends when the job does. */
export async function* tailLogs(
  address: DashboardAddress,
  id: string,
  options: RayCallOptions = {},
): AsyncIterable<string> {
  const { signal } = options;
  const url = new URL(
    `/api/jobs/${encodeURIComponent(id)}/logs/tail`,
    address.baseUrl.replace(/^http/, "ws"),
  );
  const socket = new WebSocket(url, {
    // Ray's dashboard passes the offer to compress on to its own backend and then loses every message.
    perMessageDeflate: false,
    ...(address.connect && { createConnection: connectionBy(address.connect) }),
    ...(address.token !== undefined && { headers: { authorization: `Bearer ${address.token}` } }),
  });
  const mailbox = new Mailbox();
  const abort = (): void => socket.terminate();
  signal?.addEventListener("abort", abort, { once: true });
  socket.on("message", (data) => mailbox.put(data.toString()));
  socket.on("close", (code) =>
    mailbox.close(code === 1000 ? undefined : new Error(`the connection closed with ${code}`)),
  );
  socket.on("error", (error) => mailbox.close(error));
  socket.on("unexpected-response", (_request, response) => {
    const reason = response.statusCode === 404 ? "NotFound" : "Unavailable";
    mailbox.close(new RayError(reason, `Cannot follow job "${id}": Ray answered ${response.statusCode}`));
  });
  try {
    yield* mailbox.drain();
  } catch (error) {
    throw asRayError(error, `the log of job "${id}"`, signal);
  } finally {
    signal?.removeEventListener("abort", abort);
    socket.terminate();
  }
}

/** As Node's HTTP asks for a connection: the answer comes by the callback. */
function connectionBy(connect: () => Promise<Duplex>): NonNullable<ClientOptions["createConnection"]> {
  const open = (_options: unknown, callback: (error: Error | null, stream?: Duplex) => void): undefined => {
    connect().then(
      (stream) => callback(null, stream),
      (error) => callback(error as Error),
    );
  };
  return open as unknown as NonNullable<ClientOptions["createConnection"]>;
}

/** Messages that have come but not yet been read, in order, and how it ended. */
class Mailbox {
  readonly #messages: string[] = [];
  #isClosed = false;
  #error: Error | undefined;
  #wake: () => void = () => {};

  put(message: string): void {
    this.#messages.push(message);
    this.#wake();
  }

  /** The first reason counts. */
  close(error?: Error): void {
    if (!this.#isClosed) this.#error = error;
    this.#isClosed = true;
    this.#wake();
  }

  async *drain(): AsyncIterable<string> {
    for (;;) {
      while (this.#messages.length > 0) yield this.#messages.shift() as string;
      if (this.#error) throw this.#error;
      if (this.#isClosed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
