import { delimiter, join } from "node:path";
import type { Clock } from "@heliostat/kube";
import {
  type ClusterAccess,
  ClusterAccessError,
  inClusterAccess,
  loadKubeconfig,
} from "@heliostat/kube-http";
import type { Config } from "../config.ts";
import { UserError } from "../user-error.ts";

/** Which cluster the person means. */
export interface ClusterChoice {
  /** Several files as `KUBECONFIG` has them. */
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * The way to the cluster: what the flag names, else `KUBECONFIG`, else the pod that we are in, else `~/.kube/config`
 * (controller-runtime's order).
 *
 * @throws UserError when what is named cannot be used
 */
export function clusterAccess(choice: ClusterChoice, config: Config, clock: Clock): ClusterAccess {
  const named = choice.kubeconfig ?? config.kubeconfig;
  try {
    if (!named && config.inCluster) return inClusterAccess({ ...config.inCluster, clock });
    const { context } = choice;
    return loadKubeconfig({
      paths: named ? named.split(delimiter).filter(Boolean) : [join(config.home, ".kube", "config")],
      clock,
      environment: config.environment,
      ...(context !== undefined && { context }),
    });
  } catch (cause) {
    if (!(cause instanceof ClusterAccessError)) throw cause;
    throw new UserError(cause.message, {
      hint: "Name a kubeconfig with --kubeconfig and one of its contexts with --context",
      cause,
    });
  }
}
