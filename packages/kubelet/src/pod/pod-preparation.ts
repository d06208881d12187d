import { type Container, controllerOf, type Pod, SERVICE_ACCOUNTS } from "@heliostat/kube";
import type { ContainerSpec, PodVolume, ResolvedImage } from "../runtime/container-runtime.ts";
import { containerEnv } from "./container-env.ts";
import { containerSpec } from "./container-spec.ts";
import type { DownwardFacts } from "./downward-api.ts";
import type { PodHost } from "./pod-host.ts";
import { envReferences, type PodInputs, volumeReferences } from "./pod-inputs.ts";
import { accountName, type PodTokens, podTokens } from "./pod-tokens.ts";
import { podVolumes } from "./pod-volumes.ts";
import { readIfPresent, readInputs } from "./read-inputs.ts";
import { ROOT_CA_CONFIG_MAP, withServiceAccountVolume } from "./service-account-volume.ts";
import { apiServerEnv, serviceEnv } from "./service-env.ts";

/** A pod whose volumes are ready: its spec is complete, credentials included. */
export interface PreparedPod {
  readonly pod: Pod;
  readonly volumes: ReadonlyMap<string, PodVolume>;
  readonly tokens: PodTokens;
}

/** One container of a prepared pod, when its turn comes. */
export interface ContainerTurn {
  readonly container: Container;
  readonly image: ResolvedImage;
  readonly podIp: string;
  readonly restartCount: number;
}

/** The name that the pod has for itself (Kubernetes rule: at most 63 characters). */
export function hostnameOf({ spec, metadata }: Pod): string {
  return spec?.hostname ?? metadata.name.slice(0, 63).replace(/[-.]+$/, "");
}

/**
 * Gather what the pod's volumes show.
 *
 * @param known the tokens that it has already, and keeps as long as they are fresh
 * @throws Error in Kubernetes' words when something that they need is missing
 */
export async function preparedPod(
  given: Pod,
  host: PodHost,
  known: PodTokens = new Map(),
): Promise<PreparedPod> {
  const pod = await withCredentials(given, host);
  const [inputs, tokens] = await Promise.all([volumeInputs(pod, host), podTokens(pod, host, known)]);
  const texts = new Map([...tokens].map(([key, { token }]) => [key, token]));
  const volumes = podVolumes(pod, { facts: downwardFacts(pod, host, ""), inputs, tokens: texts });
  return { pod, volumes, tokens };
}

/**
 * What the runtime is to start, with everything read as it is now.
 *
 * @throws Error in Kubernetes' words when something that the environment needs is missing
 */
export async function preparedContainer(
  { pod, volumes }: PreparedPod,
  host: PodHost,
  turn: ContainerTurn,
): Promise<ContainerSpec> {
  const { container, image, podIp, restartCount } = turn;
  const namespace = pod.metadata.namespace ?? "";
  const inputs = await readInputs(host.client, namespace, envReferences(container));
  const links = pod.spec?.enableServiceLinks === false ? [] : host.servicesIn(namespace);
  const services = { ...serviceEnv(links), ...apiServerEnv(host.apiServer) };
  const env = containerEnv(container, { facts: downwardFacts(pod, host, podIp), inputs, services });
  const complete = allContainers(pod).find(({ name }) => name === container.name) ?? container;
  const isMeantToEnd = isToEnd(container, pod);
  return containerSpec(complete, {
    image,
    env,
    volumes,
    hostname: hostnameOf(pod),
    restartCount,
    isMeantToEnd,
  });
}

/** A container that works something off: before the others begin, or as the whole purpose of its pod. */
function isToEnd(container: Container, pod: Pod): boolean {
  const isInit = pod.spec?.initContainers?.some(({ name }) => name === container.name) ?? false;
  return isInit ? container.restartPolicy !== "Always" : controllerOf(pod)?.kind === "Job";
}

function allContainers({ spec }: Pod): readonly Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

/** A runtime without processes has nobody to give credentials to. */
async function withCredentials(pod: Pod, { client, runtime }: PodHost): Promise<Pod> {
  if (!runtime.isReal || pod.spec?.automountServiceAccountToken === false) return pod;
  const { namespace = "" } = pod.metadata;
  const account = await readIfPresent(client, SERVICE_ACCOUNTS, { namespace, name: accountName(pod) });
  return withServiceAccountVolume(pod, account?.automountServiceAccountToken);
}

/** The authority's certificate is known here, so the config map that holds it need not be there yet. */
async function volumeInputs(pod: Pod, { client, caCertificate }: PodHost): Promise<PodInputs> {
  const { namespace = "" } = pod.metadata;
  const inputs = await readInputs(client, namespace, volumeReferences(pod));
  const rootCa = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: ROOT_CA_CONFIG_MAP, namespace },
    data: { "ca.crt": caCertificate },
  } as const;
  return { ...inputs, configMaps: new Map([[ROOT_CA_CONFIG_MAP, rootCa], ...inputs.configMaps]) };
}

function downwardFacts(pod: Pod, host: PodHost, podIp: string): DownwardFacts {
  const { nodeName, hostIp, allocatable } = host;
  return { pod, nodeName, hostIp, podIp, allocatable };
}
