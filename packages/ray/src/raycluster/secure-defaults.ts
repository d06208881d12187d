import type { NetworkPolicyIngressRule, NetworkPolicyPort } from "@heliostat/kube";
import { dashboardListenPort } from "../network/dashboard-port.ts";
import { wantsIngress } from "../network/head-ingress.ts";
import { headPorts } from "../services/head-ports.ts";
import { isServePort, wantsServeService } from "../services/serve-service.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { clusterOrigin } from "./origin.ts";
import { rayContainerOf } from "./ray-container.ts";
import { isRayAtLeast } from "./ray-version.ts";
import { TOKEN_AUTH_VERSION } from "./token-auth.ts";
import type { AuthOptions, NetworkPolicyConfig, RayCluster } from "./types.ts";

/** Where the operator is, which may talk to every dashboard. */
export interface SecureDefaultsOptions {
  /** Namespace of the operator, where it runs in a pod. */
  readonly operatorNamespace?: string;
}

/**
 * The cluster as it is to be built where an operator's settings ask for secure defaults: what its spec says stays, and
 * where it says nothing, clients need a token (from Ray 2.52 on) and nothing outside of the cluster may reach its pods.
 * Without that setting nobody calls this, and the cluster is KubeRay's to the letter.
 *
 * The policy shuts nothing that the user has opened in the same spec: the dashboard behind its Ingress, the ports of a
 * head service of the type NodePort or LoadBalancer, Ray Serve where it is asked for. Pods still reach everything.
 * Whatever else has to come in, such as Prometheus, needs a `networkPolicy` of the user's.
 *
 * Pass the answer to the validation and to every builder: they have to agree.
 */
export function withSecureDefaults(cluster: RayCluster, options: SecureDefaultsOptions = {}): RayCluster {
  const { authOptions = authDefault(cluster), networkPolicy = policyDefault(cluster, options) } =
    cluster.spec;
  return { ...cluster, spec: { ...cluster.spec, ...(authOptions && { authOptions }), networkPolicy } };
}

/** Tokens, unless Ray does not know them or the user's own variables see to it. */
function authDefault({ spec }: RayCluster): AuthOptions | undefined {
  const { env = [] } = rayContainerOf(spec.headGroupSpec.template) ?? {};
  const isByHand = env.some(({ name }) => name === ENV.authMode);
  return !isByHand && isRayAtLeast(spec.rayVersion, TOKEN_AUTH_VERSION) ? { mode: "token" } : undefined;
}

function policyDefault(
  cluster: RayCluster,
  { operatorNamespace }: SecureDefaultsOptions,
): NetworkPolicyConfig {
  const dashboard: NetworkPolicyPort = { protocol: "TCP", port: dashboardListenPort(cluster) };
  const serve = isServing(cluster) ? fromAnywhere(servePorts(cluster)) : [];
  return {
    mode: "DenyAllIngress",
    head: {
      ingressRules: [
        ...(operatorNamespace === undefined ? [] : [fromNamespace(operatorNamespace, dashboard)]),
        ...(wantsIngress(cluster) ? fromAnywhere([dashboard]) : []),
        ...(isPublished(cluster) ? fromAnywhere(tcp(headPorts(cluster).map(({ port }) => port))) : serve),
      ],
    },
    worker: { ingressRules: serve },
  };
}

function fromNamespace(namespace: string, port: NetworkPolicyPort): NetworkPolicyIngressRule {
  const matchLabels = { "kubernetes.io/metadata.name": namespace };
  return { from: [{ namespaceSelector: { matchLabels } }], ports: [port] };
}

function fromAnywhere(ports: readonly NetworkPolicyPort[]): readonly NetworkPolicyIngressRule[] {
  return [{ ports }];
}

function isPublished({ spec }: RayCluster): boolean {
  const { serviceType, headService } = spec.headGroupSpec;
  const type = headService?.spec?.type || serviceType;
  return type === "NodePort" || type === "LoadBalancer";
}

function isServing(cluster: RayCluster): boolean {
  return clusterOrigin(cluster) === "RayService" || wantsServeService(cluster);
}

function servePorts(cluster: RayCluster): readonly NetworkPolicyPort[] {
  return tcp(
    headPorts(cluster)
      .filter(isServePort)
      .map(({ port }) => port),
  );
}

function tcp(ports: readonly number[]): readonly NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: "TCP", port }));
}
