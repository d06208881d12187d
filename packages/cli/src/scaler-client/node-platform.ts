import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { buffer } from "node:stream/consumers";
import { type Platform, STANDARD_PLATFORM } from "@heliostat/client";

/**
 * Node's own HTTP for the client. Its `fetch` keeps to the rules of browsers, which refuse the scaler's usual port, 6000:
 * it once was the X Window System's.
 */
export const NODE_PLATFORM: Platform = { ...STANDARD_PLATFORM, fetch: fetchByNode };

function fetchByNode(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const url = new URL(String(input));
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const options = {
    method: init.method ?? "GET",
    headers: Object.fromEntries(new Headers(init.headers)),
    ...(init.signal && { signal: init.signal }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => {
      buffer(answer).then(
        (body) => resolve(new Response(textOrNothing(body), { status: answer.statusCode ?? 0 })),
        reject,
      );
    });
    sent.on("error", reject);
    sent.end(typeof init.body === "string" ? init.body : undefined);
  });
}

/** Answers without a body must not be given an empty one. */
function textOrNothing(body: Buffer): string | null {
  return body.length === 0 ? null : body.toString();
}
