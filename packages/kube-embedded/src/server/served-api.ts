import type { Clock, NodePort } from "@heliostat/kube";
import type { KubeApi } from "../api/kube-api.ts";
import type { OpenApiDocuments } from "../openapi/openapi-documents.ts";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { EventLines } from "./render/event-lines.ts";
import type { DocumentCache } from "./routes/document-cache.ts";

/** What lies behind the server. */
export interface ServedApi {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  /** Reaches into running pods. */
  readonly node: NodePort;
  readonly clock: Clock;
  /** Of discovery. */
  readonly documents: DocumentCache;
  readonly openApi: OpenApiDocuments;
  /** What watchers are told. */
  readonly eventLines: EventLines;
}
