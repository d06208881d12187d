import type { ReconcileContext } from "@heliostat/controller";
import { isKubeError, isTerminating, SECRETS, type Secret } from "@heliostat/kube";
import { authSecretName, isManagedByOperator, needsAuthSecret } from "@heliostat/ray";
import { isAlive } from "./pod-state.ts";
import { problemsOf } from "./problems.ts";
import { isSuspending } from "./suspension.ts";
import type { RayClusterView } from "./view.ts";

/**
 * The view with the token's secret in it, also where that lacks our label: somebody has taken the label away, or the
 * secret is the user's own. Other people's secrets are not watched, so the API is asked for this one by its name, and
 * not for a new cluster, which has had none.
 */
export async function withHiddenSecret(
  view: RayClusterView,
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<RayClusterView> {
  if (!mayHideSecret(view)) return view;
  const { namespace = "" } = view.cluster.metadata;
  const name = authSecretName(view.cluster);
  const secret = await readSecret({ namespace, name }, { client, signal });
  return secret ? { ...view, others: [...view.others, secret] } : view;
}

function mayHideSecret(view: RayClusterView): boolean {
  const { cluster, others, pods } = view;
  if (isTerminating(cluster) || !isManagedByOperator(cluster) || isSuspending(view)) return false;
  if (problemsOf(view).length > 0 || !needsAuthSecret(cluster) || !pods.some(isAlive)) return false;
  return !others.some(
    ({ kind, metadata }) => kind === SECRETS.kind && metadata.name === authSecretName(cluster),
  );
}

async function readSecret(
  name: { readonly namespace: string; readonly name: string },
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<Secret | undefined> {
  try {
    return await client.get(SECRETS, name, { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound", "Forbidden")) return undefined;
    throw error;
  }
}
