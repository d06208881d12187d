import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { Pool } from "undici";
import type { ServerTrust } from "../access/cluster-access.ts";
import { type ClientCertificate, isSameCredential } from "../access/credential.ts";
import { openSocket } from "./open-socket.ts";

export interface PoolsOptions {
  readonly server: URL;
  readonly trust: ServerTrust;
  readonly proxy?: string;
  /** Calls that may be under way at a time; further ones wait. */
  readonly maxConnections: number;
}

/**
 * Connections to one server. Calls share a bounded pool; what stays open (watches, followed logs) has one of its own,
 * so that it takes no call's place. When the certificates change, new connections are made with the new ones and
 * the old connections end with what still runs over them.
 */
export class Pools {
  readonly #options: PoolsOptions;
  #current: { readonly secrets: TlsSecrets; readonly calls: Pool; readonly streams: Pool } | undefined;

  constructor(options: PoolsOptions) {
    this.#options = options;
  }

  async pool(kind: "calls" | "streams", certificate: ClientCertificate | undefined): Promise<Pool> {
    const secrets = await this.#secrets(certificate);
    if (!this.#current || !isSameSecrets(this.#current.secrets, secrets)) {
      void this.#retire();
      this.#current = {
        secrets,
        calls: this.#newPool(secrets, this.#options.maxConnections),
        streams: this.#newPool(secrets, null),
      };
    }
    return this.#current[kind];
  }

  /** A connection of its own, for what is no plain HTTP any more. */
  async socket(certificate: ClientCertificate | undefined): Promise<Socket> {
    return this.#open(await this.#secrets(certificate));
  }

  async close(): Promise<void> {
    const { calls, streams } = this.#current ?? {};
    this.#current = undefined;
    await Promise.all([calls?.destroy(), streams?.destroy()]);
  }

  async #retire(): Promise<void> {
    const { calls, streams } = this.#current ?? {};
    await Promise.all([calls?.close(), streams?.close()]);
  }

  async #secrets(certificate: ClientCertificate | undefined): Promise<TlsSecrets> {
    const authority = await this.#options.trust.authority?.text();
    return { ...(authority !== undefined && { authority }), ...(certificate && { certificate }) };
  }

  #newPool(secrets: TlsSecrets, connections: number | null): Pool {
    return new Pool(this.#options.server.origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: CALL_TIMEOUT_MS,
      bodyTimeout: CALL_TIMEOUT_MS,
      connect: (_options, callback) => {
        this.#open(secrets).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }

  #open(secrets: TlsSecrets): Promise<Socket> {
    const { server, trust, proxy } = this.#options;
    return openSocket({ target: server, tls: tlsOptions(trust, secrets), ...(proxy && { proxy }) });
  }
}

/** API servers and the balancers before them keep idle connections for longer. */
const KEEP_ALIVE_MS = 30_000;

/** API servers give up after 60 s themselves; their word is better than ours. */
const CALL_TIMEOUT_MS = 70_000;

interface TlsSecrets {
  readonly authority?: string;
  readonly certificate?: ClientCertificate;
}

function isSameSecrets(one: TlsSecrets, other: TlsSecrets): boolean {
  return one.authority === other.authority && isSameCredential(one, other);
}

function tlsOptions({ serverName, isUnverified }: ServerTrust, secrets: TlsSecrets): ConnectionOptions {
  const { authority, certificate } = secrets;
  return {
    rejectUnauthorized: !isUnverified,
    ...(serverName && { servername: serverName }),
    ...(authority !== undefined && { ca: authority }),
    ...(certificate && { cert: certificate.certificatePem, key: certificate.keyPem }),
  };
}
