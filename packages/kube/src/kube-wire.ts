/** A request of Kubernetes' HTTP API, as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** With its query, percent-encoded: `/apis/ray.io/v1/rayclusters?limit=5`. */
  readonly path: string;
  /** Names in lower case. Credentials are the adapter's own business, and never among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** What the API answers, whatever its status. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** As it comes. To be read to its end, or left: whoever leaves lets go of the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The port for whoever passes on requests of others, which may want what {@link KubeClient} has no words for: tables,
 * other encodings, discovery. It acts in the name of this program: who may, has been asked before.
 */
export interface KubeWire {
  /** @throws KubeError `Unavailable`, `Timeout` when no answer comes, `Unauthorized` when the API does not know us */
  send(request: WireRequest): Promise<WireAnswer>;
}
