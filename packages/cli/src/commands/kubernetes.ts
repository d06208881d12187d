import { once } from "node:events";
import type { AuthorizationMode } from "@heliostat/kube-embedded";
import { serveEmbeddedKubernetes } from "../laptop/kubernetes.ts";
import type { StorageChoice } from "../laptop/storage-choice.ts";
import type { Reporter } from "../output/up-event.ts";
import { systemClock, systemRandom } from "../system/clock.ts";
import { type LogLevel, stderrLogger } from "../system/logger.ts";

export interface KubernetesCommandOptions {
  readonly dataFolder: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly authorization: AuthorizationMode;
  readonly storage: StorageChoice;
}

/** Serve the embedded API alone until Ctrl-C. @throws UserError when the state folder or the port is taken */
export async function kubernetes(
  { dataFolder, port, logLevel, authorization, storage }: KubernetesCommandOptions,
  { reporter, signal }: { readonly reporter: Reporter; readonly signal: AbortSignal },
): Promise<void> {
  const served = await serveEmbeddedKubernetes({
    dataFolder,
    port,
    authorization,
    storage,
    clock: systemClock,
    random: systemRandom,
    logger: stderrLogger(logLevel),
  });
  reporter.tell({ event: "ready", url: served.server.url, kubeconfig: served.server.kubeconfigPath });
  if (!signal.aborted) await once(signal, "abort");
  await served.close();
}
