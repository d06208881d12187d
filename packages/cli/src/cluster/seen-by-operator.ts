import type { Reconciler } from "@heliostat/controller";
import { isKubeError, type KubeClient, type Resource } from "@heliostat/kube";
import { type OperatorSettings, reconcilers } from "@heliostat/operator";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { UserError } from "../user-error.ts";
import { ListedObjects, type ListScope } from "./listed-objects.ts";

export interface SeenScope extends ListScope {
  /** How the operator is set up. @default as KubeRay's is without flags */
  readonly settings?: OperatorSettings;
}

/** Everything that the operator looks at, of one namespace, read once. @throws UserError when the person may not read it */
export async function seenByOperator(client: KubeClient, scope: SeenScope): Promise<ListedObjects> {
  const [reconciler] = reconcilers(scope.settings).filter(
    ({ resource }) => resource?.kind === RAY_CLUSTERS.kind,
  );
  if (!reconciler) throw new Error("Cannot find the reconciler of RayClusters");
  try {
    const first = await ListedObjects.of(client, resourcesOf(reconciler), scope);
    const further = reconciler.furtherWatches?.(first).map(({ resource }) => resource) ?? [];
    if (further.length === 0) return first;
    return await ListedObjects.of(client, [...resourcesOf(reconciler), ...further], scope);
  } catch (cause) {
    if (!isKubeError(cause)) throw cause;
    throw new UserError(`Cannot look at what namespace ${scope.namespace} holds: ${cause.message}`, {
      cause,
    });
  }
}

function resourcesOf({ watches }: Reconciler): readonly Resource[] {
  return [RAY_CLUSTERS as unknown as Resource, ...watches.map(({ resource }) => resource)];
}
