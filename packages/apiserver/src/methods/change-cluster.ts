import { isKubeError, type ObjectName } from "@heliostat/kube";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { buildFailure, writeFailure } from "../errors/failures.ts";
import type { ApiPorts } from "../ports.ts";
import { type Findable, findManaged } from "../reading/find-object.ts";
import { untilShown } from "../reading/until-shown.ts";
import { checkCluster } from "./check-object.ts";

export interface ChangeTarget extends ObjectName {
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** Check everything and store nothing. @default false */
  readonly isDryRun?: boolean;
}

/** The autoscaler writes to clusters too: a change that meets its writes is made anew so often. */
const TRIES = 5;

/**
 * Change a cluster that is there: read, change, write, from the beginning if somebody else was faster.
 *
 * @param change pure; called once for each try
 * @throws ApiError `NotFound`, `InvalidArgument` when the operator would not take it, `Aborted` when others write all the time
 */
export async function changeCluster(
  ports: ApiPorts,
  target: ChangeTarget & { readonly findable: Findable<RayCluster> },
  change: (cluster: RayCluster) => RayCluster,
): Promise<RayCluster> {
  for (let tries = 1; ; tries += 1) {
    const before = await findManaged(ports, target.findable, { ...target, isFresh: true });
    try {
      return await write(ports, target, changed(before, change));
    } catch (error) {
      if (tries === TRIES || !isKubeError(error, "Conflict"))
        throw writeFailure(error, `Failed to update cluster ${target.name}`);
    }
  }
}

function changed(before: RayCluster, change: (cluster: RayCluster) => RayCluster): RayCluster {
  try {
    const after = change(before);
    checkCluster(after);
    return after;
  } catch (error) {
    throw buildFailure(error, "Failed to update a Ray cluster");
  }
}

async function write(
  { client, caches, clock }: ApiPorts,
  { signal, isDryRun = false }: ChangeTarget,
  cluster: RayCluster,
): Promise<RayCluster> {
  const written = await client.update(RAY_CLUSTERS, cluster, { signal, isDryRun });
  if (!isDryRun) await untilShown(caches.clusters, written, { clock, signal });
  return written;
}
