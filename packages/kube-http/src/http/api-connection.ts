import { isKubeError, type Json, KubeError, type WireAnswer, type WireRequest } from "@heliostat/kube";
import type { Dispatcher } from "undici";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { type Credential, isSameCredential } from "../access/credential.ts";
import { networkError } from "../errors/network-error.ts";
import { statusError } from "../errors/status-error.ts";
import { identityHeaders } from "./identity-headers.ts";
import { Pools } from "./pools.ts";
import { type Proxies, proxyFor } from "./proxies.ts";
import { openWebSocket, type WebSocketStream } from "./web-socket.ts";

export interface ConnectionOptions {
  /** How we present ourselves; up to the slash it is the default field manager of our writes. */
  readonly userAgent: string;
  /** @default none */
  readonly proxies?: Proxies;
  /** Calls under way at a time. @default 32 */
  readonly maxConnections?: number;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly content: Json };
  readonly signal?: AbortSignal | undefined;
}

/**
 * One API server, in the name of one user. A refused credential is renewed once. Nothing is tried again besides:
 * whoever calls knows what can be repeated, and `KubeError` says when.
 */
export class ApiConnection {
  readonly #access: ClusterAccess;
  readonly #options: ConnectionOptions;
  readonly #server: URL;
  readonly #pools: Pools;

  constructor(access: ClusterAccess, options: ConnectionOptions) {
    this.#access = access;
    this.#options = options;
    this.#server = new URL(access.server);
    const { trust, proxyUrl } = access;
    const proxy = proxyUrl ?? proxyFor(this.#server, options.proxies ?? {});
    const { maxConnections = 32 } = options;
    this.#pools = new Pools({ server: this.#server, trust, maxConnections, ...(proxy && { proxy }) });
  }

  /** Ask, and read the answer. @throws KubeError, or what the signal says */
  async call(request: ApiRequest): Promise<Json> {
    return this.#guarded(request, async () => {
      const { body } = await this.#answer(request, "calls");
      return parsedAnswer(await body.text());
    });
  }

  /** Ask for what comes bit by bit and may never end. @throws KubeError, or what the signal says */
  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#guarded(request, () => this.#answer(request, "streams"));
    return this.#chunks(body, request);
  }

  /** Pass on a request as it is, but in our name. @throws KubeError when no answer comes, or what the signal says */
  async pass(request: WireRequest): Promise<WireAnswer> {
    const answer = await this.#guarded(request, () =>
      this.#withCredential(async (credential) => {
        // Whoever reads slowly, or watches, takes no call's place.
        const pool = await this.#pools.pool("streams", credential.certificate);
        const { method, headers, body, signal } = request;
        return accepted(
          await pool.request({
            method: method as Dispatcher.HttpMethod,
            path: this.#path(request),
            headers: { ...this.#headers(credential), ...headers },
            ...(body && { body }),
            ...(signal && { signal }),
            bodyTimeout: 0,
          }),
        );
      }),
    );
    const headers = answer.headers as WireAnswer["headers"];
    return { status: answer.statusCode, headers, body: this.#chunks(answer.body, request) };
  }

  /** Ask for a WebSocket. @throws KubeError, or what the signal says */
  async webSocket(
    request: ApiRequest,
    protocols: readonly string[],
    onMessage: (message: Buffer) => void,
  ): Promise<WebSocketStream> {
    return this.#guarded(request, () =>
      this.#withCredential(async (credential) => {
        const socket = await this.#pools.socket(credential.certificate);
        const url = new URL(this.#path(request), this.#server);
        const headers = this.#headers(credential);
        return openWebSocket({ url, headers, protocols, socket, signal: request.signal, onMessage });
      }),
    );
  }

  /** Drop all connections, streams included. */
  close(): Promise<void> {
    return this.#pools.close();
  }

  async #answer(request: ApiRequest, kind: "calls" | "streams"): Promise<Dispatcher.ResponseData> {
    return this.#withCredential(async (credential) => {
      const pool = await this.#pools.pool(kind, credential.certificate);
      const answer = await pool.request(this.#dispatched(request, credential, kind));
      if (answer.statusCode < 300) return answer;
      const retryAfter = answer.headers["retry-after"];
      throw statusError({
        code: answer.statusCode,
        body: await answer.body.text(),
        ...(typeof retryAfter === "string" && { retryAfter }),
      });
    });
  }

  #dispatched(
    { method, body, signal, ...request }: ApiRequest,
    credential: Credential,
    kind: "calls" | "streams",
  ): Dispatcher.RequestOptions {
    const headers = this.#headers(credential);
    return {
      method,
      path: this.#path(request),
      headers: body ? { ...headers, "content-type": body.type } : headers,
      ...(body && { body: JSON.stringify(body.content) }),
      ...(signal && { signal }),
      // A stream may be silent for as long as it likes.
      ...(kind === "streams" && { bodyTimeout: 0 }),
    };
  }

  async #withCredential<T>(ask: (credential: Credential) => Promise<T>): Promise<T> {
    const { credentials } = this.#access;
    const credential = await credentials.current();
    try {
      return await ask(credential);
    } catch (error) {
      if (!isKubeError(error, "Unauthorized")) throw error;
      const renewed = await credentials.renewed(credential);
      if (isSameCredential(renewed, credential)) throw error;
      return ask(renewed);
    }
  }

  #headers(credential: Credential): Record<string, string | string[]> {
    const headers = { accept: "application/json", "user-agent": this.#options.userAgent };
    return { ...headers, ...identityHeaders(credential, this.#access.impersonation) };
  }

  #path({ path }: Pick<ApiRequest, "path">): string {
    return `${this.#server.pathname.replace(/\/$/, "")}${path}`;
  }

  async #guarded<T>({ signal }: Pick<ApiRequest, "signal">, ask: () => Promise<T>): Promise<T> {
    try {
      signal?.throwIfAborted();
      return await ask();
    } catch (error) {
      throw networkError(error, { server: this.#access.server, signal });
    }
  }

  async *#chunks(
    body: AsyncIterable<Uint8Array>,
    { signal }: Pick<ApiRequest, "signal">,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      throw networkError(error, { server: this.#access.server, signal });
    }
  }
}

/** Who is refused is we, and not whoever's request we pass on. @throws KubeError `Unauthorized` */
async function accepted(answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  if (answer.statusCode !== 401) return answer;
  throw statusError({ code: 401, body: await answer.body.text() });
}

function parsedAnswer(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new KubeError("Internal", "Cannot read the server's answer: it is not JSON", { cause });
  }
}
