import type { ReconcileContext } from "@heliostat/controller";
import { isKubeError, isTerminating, JOBS, type KubeObject, type Resource, SECRETS } from "@heliostat/kube";
import {
  authSecretName,
  isManagedByOperator,
  needsAuthSecret,
  needsRedisCleanup,
  redisCleanupJobName,
} from "@heliostat/ray";
import { isAlive, isHead } from "../pod-state.ts";
import { problemsOf } from "../problems.ts";
import { isSuspending } from "../suspension.ts";
import type { RayClusterView } from "../view.ts";
import { hasCleanupFinalizer } from "./cleanup-deadline.ts";

/**
 * The view with the token's secret and the job that empties Redis in it, also where they lack our label: somebody has
 * taken the label away, or the secret is the user's own. Other people's secrets and jobs are not watched, so the API is
 * asked for these by their names, and only where it matters.
 */
export async function withHiddenObjects(
  view: RayClusterView,
  context: Pick<ReconcileContext, "client" | "signal">,
): Promise<RayClusterView> {
  const hidden = mayHideSecret(view) ? secretOf(view) : mayHideJob(view) ? jobOf(view) : undefined;
  if (!hidden || isInView(view, hidden)) return view;
  const { namespace = "" } = view.cluster.metadata;
  const object = await read(hidden.resource, { namespace, name: hidden.name }, context);
  return object ? { ...view, others: [...view.others, object] } : view;
}

interface Hidden {
  readonly resource: Resource;
  readonly name: string;
}

function secretOf({ cluster }: RayClusterView): Hidden {
  return { resource: SECRETS, name: authSecretName(cluster) };
}

function jobOf({ cluster }: RayClusterView): Hidden {
  return { resource: JOBS, name: redisCleanupJobName(cluster) };
}

function isInView({ others }: RayClusterView, { resource, name }: Hidden): boolean {
  return others.some(({ kind, metadata }) => kind === resource.kind && metadata.name === name);
}

/** A new cluster has had no secret yet. */
function mayHideSecret(view: RayClusterView): boolean {
  const { cluster, pods } = view;
  if (isTerminating(cluster) || !isManagedByOperator(cluster) || isSuspending(view)) return false;
  return problemsOf(view).length === 0 && needsAuthSecret(cluster) && pods.some(isAlive);
}

/** The job is made when the head is gone. */
function mayHideJob({ cluster, pods }: RayClusterView): boolean {
  if (!isTerminating(cluster) || !hasCleanupFinalizer(cluster)) return false;
  return needsRedisCleanup(cluster) && !pods.some((pod) => isAlive(pod) || isHead(pod));
}

async function read(
  resource: Resource,
  name: { readonly namespace: string; readonly name: string },
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, name, { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound", "Forbidden")) return undefined;
    throw error;
  }
}
