import { apiVersionOf, type Json } from "@heliostat/kube";
import { type ApiVersion, apiGroups } from "../discovery/api-groups.ts";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { openApiDocument } from "./openapi-document.ts";
import { swaggerDocument } from "./swagger-document.ts";
import { swaggerProtobuf } from "./swagger-protobuf.ts";
import { textHash } from "./text-hash.ts";

/** The OpenAPI v3 document of one group version. */
export interface OpenApiText {
  readonly json: string;
  /** Changes with the text: what clients cache under. */
  readonly hash: string;
}

/** The OpenAPI v2 document of everything. */
export interface SwaggerText {
  readonly json: string;
  /** The same in Protocol Buffers. */
  readonly protobuf: Buffer;
  /** Changes with the text: what clients cache under. */
  readonly hash: string;
}

interface Entry extends OpenApiText {
  readonly resources: readonly ServedResource[];
}

/**
 * The OpenAPI documents of what is served now. A document of version 3 is written when it is first asked for and kept until one
 * of its resources changes, so a new CustomResourceDefinition costs one document and not all of them.
 */
export class OpenApiDocuments {
  readonly #registry: ResourceRegistry;
  readonly #entries = new Map<string, Entry>();
  #generation = -1;
  #versions: ReadonlyMap<string, ApiVersion> = new Map();
  #swagger: SwaggerText | undefined;

  constructor(registry: ResourceRegistry) {
    this.#registry = registry;
  }

  /** The body of `/openapi/v3`: where each document is, by path (`api/v1`, `apis/ray.io/v1`). */
  index(): Json {
    this.#refresh();
    const paths = [...this.#versions.keys()].map((path) => {
      const hash = this.#entry(path)?.hash ?? "";
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
    });
    return { paths: Object.fromEntries(paths) };
  }

  /** The document under `path` (`api/v1`, `apis/ray.io/v1`); `undefined` when nothing is served there. */
  document(path: string): OpenApiText | undefined {
    this.#refresh();
    return this.#entry(path);
  }

  /** The OpenAPI v2 document, written when it is first asked for: newer clients seldom do. */
  swagger(): SwaggerText {
    this.#refresh();
    this.#swagger ??= swaggerText(this.#registry.all());
    return this.#swagger;
  }

  #refresh(): void {
    if (this.#generation === this.#registry.generation) return;
    this.#generation = this.#registry.generation;
    this.#swagger = undefined;
    this.#versions = versionsByPath(this.#registry);
    for (const path of this.#entries.keys()) if (!this.#versions.has(path)) this.#entries.delete(path);
  }

  #entry(path: string): Entry | undefined {
    const version = this.#versions.get(path);
    if (version === undefined) return undefined;
    const { resources } = version;
    const known = this.#entries.get(path);
    if (known !== undefined && isSameList(known.resources, resources)) return known;
    const json = JSON.stringify(openApiDocument(resources));
    const entry = { json, hash: textHash(json), resources };
    this.#entries.set(path, entry);
    return entry;
  }
}

function swaggerText(resources: readonly ServedResource[]): SwaggerText {
  const document = swaggerDocument(resources);
  const json = JSON.stringify(document);
  return { json, protobuf: swaggerProtobuf(document), hash: textHash(json) };
}

function versionsByPath(registry: ResourceRegistry): ReadonlyMap<string, ApiVersion> {
  const entries = apiGroups(registry).flatMap(({ name: group, versions }) =>
    versions.map((version) => {
      const apiVersion = apiVersionOf({ group, version: version.version });
      return [group === "" ? `api/${apiVersion}` : `apis/${apiVersion}`, version] as const;
    }),
  );
  return new Map(entries);
}

function isSameList(left: readonly ServedResource[], right: readonly ServedResource[]): boolean {
  return left.length === right.length && left.every((each, index) => each === right[index]);
}
