import type { Container } from "@heliostat/kube";
import { CONTAINER } from "../vocabulary/container-names.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { rayContainer } from "./ray-container.ts";
import { SHELL } from "./start-command.ts";

/**
 * Step: a worker's Ray starts only once the head answers. The container that waits is the Ray container's likeness, with
 * its variables and mounts, since those may hold what TLS needs.
 */
export function waitForGcs(pod: RayPod, context: PodContext): RayPod {
  if (context.settings.hasWaitContainer === false) return pod;
  const { initContainers = [] } = pod.spec;
  return {
    ...pod,
    spec: { ...pod.spec, initContainers: [...initContainers, waitingContainer(pod, context)] },
  };
}

/** Small, whatever Ray asks for: quotas want a number from every container, and some clusters refuse GPUs to init containers. */
const RESOURCES = { cpu: "200m", memory: "256Mi" };

function waitingContainer(pod: RayPod, context: PodContext): Container {
  const { image, imagePullPolicy, securityContext, env, volumeMounts } = rayContainer(pod);
  return {
    name: CONTAINER.waitForGcs,
    ...(image !== undefined && { image }),
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    command: SHELL,
    args: [waitingLoop(`${context.headServiceFqdn}:${context.gcsPort}`)],
    ...(securityContext && { securityContext }),
    ...(env && { env }),
    ...(volumeMounts && { volumeMounts }),
    resources: context.settings.waitResources ?? { limits: RESOURCES, requests: RESOURCES },
  };
}

/** Every five seconds, without end; for two minutes without Ray's error messages, which mean nothing so early. */
function waitingLoop(address: string): string {
  return `SECONDS=0
gcs_answers() {
  if (( SECONDS <= 120 )); then
    ray health-check --address ${address} > /dev/null 2>&1
  else
    ray health-check --address ${address}
  fi
}
until gcs_answers; do
  echo "Waiting for the GCS at ${address}, $SECONDS seconds so far"
  sleep 5
done
echo "The GCS at ${address} is ready"
`;
}
