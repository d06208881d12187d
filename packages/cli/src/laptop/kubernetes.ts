import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  isKubeError,
  type KubeClient,
  type KubeWire,
  type Logger,
  type MetricsSource,
  nameOf,
  type Random,
} from "@heliostat/kube";
import {
  type AuthorizationMode,
  type EmbeddedKubernetes,
  embeddedKubernetes,
  inProcessWire,
  type KubernetesServer,
  loadServerIdentity,
  type ServerIdentity,
  serveKubernetes,
} from "@heliostat/kube-embedded";
import { rayCrds } from "@heliostat/ray";
import { UserError } from "../user-error.ts";
import { LateNodePort } from "./late-node-port.ts";
import { markNodesDown } from "./mark-nodes-down.ts";
import { claimStateFolder, type StateFolder } from "./state-folder.ts";
import { objectFolder, stateStore } from "./state-store.ts";
import type { StorageChoice } from "./storage-choice.ts";

export interface KubernetesOptions {
  readonly dataFolder: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether callers over the network may do everything, or what roles say. @default allow */
  readonly authorization?: AuthorizationMode;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** @default LMDB, relaxed */
  readonly storage?: StorageChoice;
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
  /** For requests that are passed on in the name of `heliostat`. */
  readonly wire: KubeWire;
  close(): Promise<void>;
}

/** @throws UserError when the state folder or the port is taken, or what is stored cannot be read */
export async function serveEmbeddedKubernetes(options: KubernetesOptions): Promise<ServedKubernetes> {
  const { clock, random, logger, port, metrics, authorization = "allow" } = options;
  const folder = await claimStateFolder(options.dataFolder);
  const identity = loadServerIdentity(folder.path, clock);
  const storage = stateStore(folder.path, options.storage);
  const { tokens, tokenReader, credentials } = identity;
  const embedded = embeddedKubernetes({
    ...{ clock, random, logger, tokens, tokenReader, authorization },
    caCertificate: credentials.caCertificatePem,
    ...(storage && { storage }),
    ...(metrics && { metrics }),
  });
  const node = new LateNodePort();
  try {
    await startOnStored(embedded, folder);
    await installRayCrds(embedded.client("heliostat"));
    await markNodesDown(embedded.client("node-controller"), clock);
    const { api, registry, authorizer } = embedded;
    const served = { api, registry, authorizer, node, clock, logger, identity, port };
    const server = await serveKubernetes(served);
    const wire = inProcessWire({ ...served, user: API_SERVER });
    return { embedded, server, identity, folder, node, wire, close };

    async function close(): Promise<void> {
      await server.close();
      await embedded.close();
      folder.release();
    }
  } catch (cause) {
    await embedded.close();
    folder.release();
    throw asUserError(cause, { port, folder: folder.path });
  }
}

const API_SERVER = { name: "system:heliostat", groups: ["system:masters", "system:authenticated"] };

async function startOnStored(embedded: EmbeddedKubernetes, folder: StateFolder): Promise<void> {
  try {
    await embedded.start();
  } catch (cause) {
    // A full disk is no reason to begin anew.
    if (isKubeError(cause, "Unavailable")) throw cause;
    throw new UserError((cause as Error).message, {
      hint: `Name another folder with --data-dir, or begin anew: rm -r ${objectFolder(folder.path)}`,
      cause,
    });
  }
}

/** An earlier start may have stored them, perhaps of another version. */
async function installRayCrds(client: KubeClient): Promise<void> {
  for (const definition of rayCrds()) {
    const stored = await storedDefinition(client, definition);
    if (stored) await client.update(CUSTOM_RESOURCE_DEFINITIONS, { ...stored, spec: definition.spec });
    else await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
  }
}

async function storedDefinition(
  client: KubeClient,
  definition: CustomResourceDefinition,
): Promise<CustomResourceDefinition | undefined> {
  try {
    return await client.get(CUSTOM_RESOURCE_DEFINITIONS, nameOf(definition));
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

function asUserError(
  cause: unknown,
  { port, folder }: { readonly port: number; readonly folder: string },
): unknown {
  if (isKubeError(cause, "Unavailable")) {
    const hint = "Make room there, or name another folder with --data-dir";
    return new UserError(`Cannot start in ${folder}: ${cause.message}`, { hint, cause });
  }
  const text = cause instanceof Error ? cause.message : "";
  if (!text.includes("port is in use")) return cause;
  return new UserError(text, {
    hint: `Stop what listens on port ${port}, or name another one with --port`,
    cause,
  });
}
