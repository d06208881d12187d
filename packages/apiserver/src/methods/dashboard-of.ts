import { conditionOf, isKubeError, SECRETS } from "@heliostat/kube";
import {
  authSecretName,
  CLUSTER_STATE,
  CONDITION,
  headServiceFqdn,
  PORT,
  PORT_NAME,
  type RayCluster,
  type RayDashboard,
} from "@heliostat/ray";
import { ApiError } from "../errors/api-error.ts";
import type { ApiPorts } from "../ports.ts";

/**
 * The dashboard of a cluster that is ready, with its token in hand where it asks for one.
 *
 * @throws ApiError `FailedPrecondition` when the cluster is not ready, with why, or its token is not there
 */
export async function dashboardOfCluster(
  ports: ApiPorts,
  cluster: RayCluster,
  signal: AbortSignal,
): Promise<RayDashboard> {
  if (cluster.status?.state?.toLowerCase() !== CLUSTER_STATE.ready)
    throw new ApiError("FailedPrecondition", `cluster is not ready: ${whyNotReady(cluster)}`);
  const token = await tokenOf(ports, cluster, signal);
  const url = `http://${headServiceFqdn(cluster, ports.settings.clusterDomain)}:${dashboardPort(cluster)}`;
  return ports.dashboardOf({ cluster, url, ...(token !== undefined && { token }) });
}

/** The service has the ports of Ray's container. Those in the status may be ports of nodes. */
function dashboardPort({ spec }: RayCluster): number {
  const [ray] = spec.headGroupSpec.template.spec?.containers ?? [];
  const named = ray?.ports?.find(({ name }) => name === PORT_NAME.dashboard);
  return named?.containerPort ?? PORT.dashboard;
}

/** The first condition that keeps the cluster from being ready, in its own words. */
function whyNotReady({ metadata, status }: RayCluster): string {
  const state = `the state of "${metadata.name}" is "${status?.state ?? ""}"`;
  const conditions = [CONDITION.headPodReady, CONDITION.provisioned].map((type) =>
    conditionOf(status?.conditions, type),
  );
  const blocking = conditions.find((condition) => condition?.status === "False");
  if (!blocking) return `${state}; try again once it is "${CLUSTER_STATE.ready}"`;
  return `${state}; ${blocking.type} is false: ${blocking.message || blocking.reason}`;
}

/** The key of the secret under which the token lies (KubeRay's contract). */
const TOKEN_KEY = "auth_token";

async function tokenOf(
  { client }: Pick<ApiPorts, "client">,
  cluster: RayCluster,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { mode, enableK8sTokenAuth = false } = cluster.spec.authOptions ?? {};
  if (mode !== "token" || enableK8sTokenAuth) return undefined;
  const name = authSecretName(cluster);
  const { namespace = "default" } = cluster.metadata;
  try {
    const { data } = await client.get(SECRETS, { name, namespace }, { signal });
    const encoded = data?.[TOKEN_KEY];
    if (encoded !== undefined) return atob(encoded).trim();
  } catch (error) {
    if (!isKubeError(error, "NotFound")) throw error;
  }
  throw new ApiError(
    "FailedPrecondition",
    `Cannot reach Ray: cluster "${cluster.metadata.name}" asks for a token, and Secret "${name}" has no key ${TOKEN_KEY}`,
  );
}
