import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  isKubeError,
  type KubeClient,
  type Logger,
  type MetricsSource,
  type Random,
} from "@heliostat/kube";
import {
  type EmbeddedKubernetes,
  embeddedKubernetes,
  type KubernetesServer,
  loadServerIdentity,
  type ServerIdentity,
  serveKubernetes,
} from "@heliostat/kube-embedded";
import { rayCrds } from "@heliostat/ray";
import { UserError } from "../user-error.ts";
import { LateNodePort } from "./late-node-port.ts";
import { claimStateFolder, type StateFolder } from "./state-folder.ts";

export interface KubernetesOptions {
  readonly dataFolder: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Measures pods and nodes. @default nobody does: there is no `kubectl top` and no autoscaling */
  readonly metrics?: MetricsSource;
}

/** The embedded API with the Ray CRDs, served over HTTPS, in a state folder of its own. */
export interface ServedKubernetes {
  readonly embedded: EmbeddedKubernetes;
  readonly server: KubernetesServer;
  readonly identity: ServerIdentity;
  readonly folder: StateFolder;
  readonly node: LateNodePort;
  close(): Promise<void>;
}

/** @throws UserError when the state folder or the port is taken */
export async function serveEmbeddedKubernetes(options: KubernetesOptions): Promise<ServedKubernetes> {
  const { clock, random, logger, port, metrics } = options;
  const folder = await claimStateFolder(options.dataFolder);
  const identity = loadServerIdentity(folder.path, clock);
  const embedded = embeddedKubernetes({
    ...{ clock, random, logger, tokens: identity.tokens },
    ...(metrics && { metrics }),
  });
  const node = new LateNodePort();
  try {
    await embedded.start();
    await installRayCrds(embedded.client("heliostat"));
    const { api, registry } = embedded;
    const server = await serveKubernetes({ api, registry, node, clock, logger, identity, port });
    return { embedded, server, identity, folder, node, close };

    async function close(): Promise<void> {
      await server.close();
      embedded.close();
      folder.release();
    }
  } catch (cause) {
    embedded.close();
    folder.release();
    throw asUserError(cause, port);
  }
}

async function installRayCrds(client: KubeClient): Promise<void> {
  for (const definition of rayCrds()) {
    await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition).catch((error: unknown) => {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    });
  }
}

function asUserError(cause: unknown, port: number): unknown {
  const text = cause instanceof Error ? cause.message : "";
  if (!text.includes("port is in use")) return cause;
  return new UserError(text, {
    hint: `Stop what listens on port ${port}, or name another one with --port`,
    cause,
  });
}
