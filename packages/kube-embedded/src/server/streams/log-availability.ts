import { type ContainerStatus, KubeError, type Pod } from "@heliostat/kube";

/**
 * Refuse to read the log of a container that has not run (or, for `previous`, has not run before), in the kubelet's
 * words: people and tests know them.
 *
 * @throws KubeError `BadRequest`
 */
export function assertHasLog(
  pod: Pod,
  container: string,
  { previous }: { readonly previous: boolean },
): void {
  const name = `container "${container}" in pod "${pod.metadata.name}"`;
  const status = containerStatus(pod, container);
  if (!status) throw new KubeError("BadRequest", `${name} is not available`);
  const { state, lastState } = status;
  if (previous) {
    if (lastState?.terminated) return;
    throw new KubeError("BadRequest", `previous terminated ${name} not found`);
  }
  if (state?.running || state?.terminated || lastState?.terminated) return;
  throw new KubeError("BadRequest", `${name} is waiting to start${waitingText(state?.waiting?.reason)}`);
}

function containerStatus({ status }: Pod, container: string): ContainerStatus | undefined {
  return [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find(({ name }) => name === container);
}

function waitingText(reason: string | undefined): string {
  if (reason === undefined) return " - no logs yet";
  if (reason === "ErrImagePull") return ": image can't be pulled";
  return reason === "ImagePullBackOff" ? ": trying and failing to pull image" : `: ${reason}`;
}
