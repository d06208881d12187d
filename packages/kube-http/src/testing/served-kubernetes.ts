import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, type KubeClient, KubeError, type NodePort, type Random } from "@heliostat/kube";
import { embeddedKubernetes, loadServerIdentity, serveKubernetes } from "@heliostat/kube-embedded";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { loadKubeconfig } from "../kubeconfig/load-kubeconfig.ts";

/** The embedded API behind its real server, to be reached over HTTPS. */
export interface ServedKubernetes {
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly folder: string;
  /** A client in the server's own process. */
  readonly inside: KubeClient;
  readonly access: ClusterAccess;
  remove(): Promise<void>;
}

export async function servedKubernetes(node: NodePort = NO_NODE): Promise<ServedKubernetes> {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-kube-http-"));
  const identity = loadServerIdentity(folder, SYSTEM_CLOCK);
  const kubernetes = embeddedKubernetes({
    clock: SYSTEM_CLOCK,
    random: SYSTEM_RANDOM,
    tokens: identity.tokens,
  });
  await kubernetes.start();
  const { api, registry } = kubernetes;
  const { url, kubeconfigPath, close } = await serveKubernetes({
    api,
    registry,
    node,
    clock: SYSTEM_CLOCK,
    identity,
  });
  return {
    url,
    kubeconfigPath,
    folder,
    inside: kubernetes.client("inside"),
    access: loadKubeconfig({ paths: [kubeconfigPath], clock: SYSTEM_CLOCK, environment: {} }),
    async remove() {
      await close();
      kubernetes.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
};

const SYSTEM_RANDOM: Random = { uuid: () => randomUUID(), fraction: () => Math.random() };

const refuse = (): Promise<never> => Promise.reject(new KubeError("Unavailable", "there is no node"));
const NO_NODE: NodePort = { logs: refuse, exec: refuse, attach: refuse, connect: refuse };
