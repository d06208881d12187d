import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Json } from "@heliostat/kube";
import type { ResourceRegistry } from "../../registry/registry.ts";
import { JSON_TYPE, type Reply } from "../http/exchange.ts";

/** A document that follows from the registry, as text. */
export interface Document {
  readonly json: string;
  /** Changes when the text does. */
  readonly hash: string;
}

/** Keeps each document until the registry changes: discovery and OpenAPI are asked for often and change rarely. */
export class DocumentCache {
  readonly #registry: ResourceRegistry;
  readonly #documents = new Map<string, Document>();
  #generation: number;

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
    this.#generation = registry.generation;
  }

  /** The document under `name`, made if need be; `undefined` when `make` has none. */
  document(name: string, make: (registry: ResourceRegistry) => Json | undefined): Document | undefined {
    if (this.#generation !== this.#registry.generation) {
      this.#documents.clear();
      this.#generation = this.#registry.generation;
    }
    const kept = this.#documents.get(name);
    if (kept) return kept;
    const value = make(this.#registry);
    if (value === undefined) return undefined;
    const made = documentOf(value);
    this.#documents.set(name, made);
    return made;
  }
}

/** A document for a caller that may have it already; in another format than JSON it brings its bytes as they are. */
export function documentReply(
  document: Document | { readonly bytes: Buffer; readonly hash: string },
  headers: IncomingHttpHeaders,
  more: { readonly contentType?: string; readonly headers?: Reply["headers"] } = {},
): Reply {
  const etag = `"${document.hash}"`;
  const contentType = more.contentType ?? JSON_TYPE;
  const replyHeaders = { ETag: etag, Vary: "Accept", ...more.headers };
  if (headers["if-none-match"] === etag) return { status: 304, contentType, headers: replyHeaders, body: "" };
  return {
    status: 200,
    contentType,
    headers: replyHeaders,
    body: "json" in document ? document.json : document.bytes,
  };
}

function documentOf(value: Json): Document {
  const json = JSON.stringify(value);
  return { json, hash: createHash("sha256").update(json).digest("hex").toUpperCase() };
}
