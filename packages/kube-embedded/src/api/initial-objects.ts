import { isKubeError, type Json } from "@heliostat/kube";
import type { ResourceRegistry } from "../registry/registry.ts";
import { SYSTEM_PRIORITIES } from "../registry/strategies/priority-class.ts";
import type { Caller, KubeApi } from "./kube-api.ts";

const NAMESPACES: readonly string[] = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** See that what every cluster begins with is there: its namespaces, and the priority classes of the system. */
export async function createInitialObjects(
  api: KubeApi,
  registry: ResourceRegistry,
  caller: Caller,
): Promise<void> {
  const create = async (
    [group, version, plural]: readonly [string, string, string],
    object: Json,
  ): Promise<void> => {
    const resource = registry.find(group, version, plural);
    if (!resource) throw new Error(`Cannot start without ${plural} among the built-in kinds`);
    try {
      await api.create({ resource }, object, caller);
    } catch (error) {
      if (!isKubeError(error, "AlreadyExists")) throw error;
    }
  };
  for (const name of NAMESPACES) await create(["", "v1", "namespaces"], { metadata: { name } });
  for (const [name, value] of SYSTEM_PRIORITIES) {
    await create(["scheduling.k8s.io", "v1", "priorityclasses"], {
      metadata: { name },
      value,
      description: DESCRIPTIONS[name] ?? "",
    });
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "system-cluster-critical":
    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  "system-node-critical": "Used for system critical pods that must not be moved from their current node.",
};
