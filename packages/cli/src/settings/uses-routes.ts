import { KubeError, type KubeWire } from "@heliostat/kube";
import { OPENSHIFT_ROUTES } from "@heliostat/ray";
import { booleanOf, type Environment } from "./ray-settings.ts";

export interface RoutesQuestion {
  readonly environment: Environment;
  readonly signal?: AbortSignal;
}

/**
 * Whether dashboards are published by Routes: on OpenShift, unless USE_INGRESS_ON_OPENSHIFT says otherwise (KubeRay
 * rule, but for a cluster that has other groups of OpenShift's and no Routes: there it would try in vain).
 *
 * @throws UserError when the variable is neither true nor false
 * @throws KubeError when the API does not say
 */
export async function usesRoutes(wire: KubeWire, question: RoutesQuestion): Promise<boolean> {
  const { environment, signal } = question;
  if (booleanOf("USE_INGRESS_ON_OPENSHIFT", environment) ?? false) return false;
  const { status, body } = await wire.send({
    method: "GET",
    path: `/apis/${OPENSHIFT_ROUTES.group}`,
    headers: { accept: "application/json" },
    ...(signal && { signal }),
  });
  for await (const _part of body);
  if (status >= 500)
    throw new KubeError("Unavailable", `Cannot learn whether this is OpenShift: HTTP ${status}`);
  return status === 200;
}
