import { once } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { TestServer } from "./test-server.ts";

export interface ApiCall {
  /** @default GET */
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as JSON unless a content type says otherwise; a text, and bytes, are sent as they are. */
  readonly body?: unknown;
  /** Without the administrator's certificate. @default false */
  readonly isAnonymous?: boolean;
  /** Through this Unix socket. */
  readonly socketPath?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** `undefined` when the text is no JSON. */
  readonly json: unknown;
}

/** Call a test server over HTTP/1.1 and read the whole answer. */
export async function callApi(server: TestServer, path: string, call: ApiCall = {}): Promise<ApiAnswer> {
  const response = await openStream(server, path, call);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text, json: jsonOf(text) };
}

/** The same, as soon as the headers are there. */
export async function openStream(
  { port, identity }: TestServer,
  path: string,
  { method = "GET", headers = {}, body, isAnonymous = false, socketPath }: ApiCall = {},
): Promise<IncomingMessage> {
  const { caCertificatePem, admin } = identity.credentials;
  const sent = sentBody(body);
  const request = httpsRequest({
    ...(socketPath === undefined ? { host: "127.0.0.1", port } : { socketPath }),
    // Whatever the test says in the Host header.
    servername: "localhost",
    path,
    method,
    agent: false,
    ca: caCertificatePem,
    ...(isAnonymous ? {} : { cert: admin.certificatePem, key: admin.keyPem }),
    headers: {
      ...(sent && { "content-type": "application/json", "content-length": sent.length }),
      ...headers,
    },
  });
  request.end(sent);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

function sentBody(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
