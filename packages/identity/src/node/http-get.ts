import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import type { HttpAnswer, HttpGet } from "../http-get.ts";

const CONNECT_MS = 2000;
const ANSWER_MS = 5000;
const MAX_BYTES = 2 ** 20;

export interface HttpGetSettings {
  /** The authority behind the certificates of those who are asked, PEM. @default those that Node trusts */
  readonly authority?: string | undefined;
  /** The proxy on the way to a URL: `http://proxy:3128`. @default none */
  readonly proxyOf?: ((url: URL) => string | undefined) | undefined;
}

/** GET over a pool of connections that are kept. Redirects are answers like any other. */
export function nodeHttpGet({ authority, proxyOf }: HttpGetSettings = {}): HttpGet {
  const tls = { timeout: CONNECT_MS, ...(authority !== undefined && { ca: authority }) };
  const limits = { connections: 32, headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS };
  const direct = new Agent({ ...limits, connect: tls });
  const throughProxies = new Map<string, Dispatcher>();
  return async (url, { headers, signal }): Promise<HttpAnswer> => {
    const { statusCode, body } = await request(url, {
      dispatcher: wayTo(url),
      headers: { ...headers },
      ...(signal && { signal }),
    });
    return { status: statusCode, text: await boundedText(body, url) };
  };

  function wayTo(url: string): Dispatcher {
    const proxy = proxyOf?.(new URL(url));
    if (proxy === undefined) return direct;
    const known = throughProxies.get(proxy) ?? new ProxyAgent({ ...limits, uri: proxy, requestTls: tls });
    throughProxies.set(proxy, known);
    return known;
  }
}

async function boundedText(body: AsyncIterable<Uint8Array>, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES)
      throw new Error(`Cannot read ${url}: the answer is longer than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
