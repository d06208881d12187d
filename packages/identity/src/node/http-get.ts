import { Agent, request } from "undici";
import type { HttpAnswer, HttpGet } from "../http-get.ts";

const CONNECT_MS = 2000;
const ANSWER_MS = 5000;
const MAX_BYTES = 2 ** 20;

export interface HttpGetSettings {
  /** The authority behind the certificates of those who are asked, PEM. @default those that Node trusts */
  readonly authority?: string | undefined;
}

/** GET over a pool of connections that are kept. Redirects are answers like any other. */
export function nodeHttpGet({ authority }: HttpGetSettings = {}): HttpGet {
  const dispatcher = new Agent({
    connections: 32,
    connect: { timeout: CONNECT_MS, ...(authority !== undefined && { ca: authority }) },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  return async (url, { headers, signal }): Promise<HttpAnswer> => {
    const { statusCode, body } = await request(url, {
      dispatcher,
      headers: { ...headers },
      ...(signal && { signal }),
    });
    return { status: statusCode, text: await boundedText(body, url) };
  };
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
