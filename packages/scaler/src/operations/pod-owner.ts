import { answerInVain } from "../access/strangers.ts";
import type { Cluster } from "../clusters/directory.ts";
import type { Call, Ground } from "./operation.ts";

/** A role's name at the end of a head's pod, and the kind that has it. The middle part is there or not (Domino's two forms). */
const HEADS: readonly (readonly [RegExp, string])[] = [
  [/^(.+?)(?:-ray)?-head-0$/, "rayclusters"],
  [/^(.+?)(?:-spark)?-master-0$/, "sparkclusters"],
  [/^(.+?)(?:-dask)?-scheduler-0$/, "daskclusters"],
];

/**
 * The cluster whose head a pod's name means: `ray-RUN-head-0` and `ray-RUN-ray-head-0` are that of `ray-RUN`, and so is
 * any pod that the cluster's own labels find.
 *
 * @throws ScalerError what a caller gets who may not, or for whom there is none
 */
export async function clusterOfPod(call: Call, ground: Ground): Promise<Cluster> {
  const { pod: name = "", namespace } = call.parameters;
  const { directory, settings, access } = ground;
  const inVain = {
    surface: call.route.surface,
    wish: "get" as const,
    name,
    tellsApart: settings.tellsApart === true,
  };
  if (!call.caller) throw answerInVain({ ...inVain, who: "nameless", isThere: false });
  const cluster = namespace === directory.namespace ? meantCluster(ground, name) : undefined;
  if (cluster && (await access.may(call.caller, "get", cluster))) return cluster;
  const who = call.caller.isAdmin ? "administrator" : "stranger";
  throw answerInVain({ ...inVain, who, isThere: cluster !== undefined });
}

function meantCluster({ directory }: Ground, pod: string): Cluster | undefined {
  for (const { driver, state } of directory.kinds) {
    if (state !== "served") continue;
    const found = directory.clusterOfHead(driver, pod);
    if (found) return found;
  }
  for (const [pattern, kind] of HEADS) {
    const name = pattern.exec(pod)?.[1];
    const cluster = name === undefined ? undefined : directory.cluster(kind, name);
    if (cluster) return cluster;
  }
  return undefined;
}
