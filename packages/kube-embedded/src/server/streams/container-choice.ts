import { KubeError, type Pod } from "@heliostat/kube";

/** kubectl's own default, which others may rely on too. */
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/**
 * The container that a request means: the one it names, the pod's only one, or the one that the pod calls its default.
 *
 * @throws KubeError `BadRequest`, in Kubernetes' words
 */
export function chosenContainer(pod: Pod, wanted: string | undefined): string {
  const containers = pod.spec?.containers ?? [];
  const { name } = pod.metadata;
  if (wanted !== undefined) {
    if (allContainerNames(pod).includes(wanted)) return wanted;
    throw new KubeError("BadRequest", `container ${wanted} is not valid for pod ${name}`);
  }
  const [only, ...others] = containers;
  if (only && others.length === 0) return only.name;
  const marked = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  if (marked !== undefined && containers.some((each) => each.name === marked)) return marked;
  throw new KubeError("BadRequest", `a container name must be specified for pod ${name}${choices(pod)}`);
}

function allContainerNames({ spec }: Pod): readonly string[] {
  return [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ].map((container) => container.name);
}

function choices({ spec }: Pod): string {
  const containers = spec?.containers ?? [];
  const initContainers = spec?.initContainers ?? [];
  if (containers.length === 0) return "";
  const init =
    initContainers.length === 0 ? "" : ` or one of the init containers: [${names(initContainers)}]`;
  return `, choose one of: [${names(containers)}]${init}`;
}

function names(containers: readonly { readonly name: string }[]): string {
  return containers.map(({ name }) => name).join(" ");
}
