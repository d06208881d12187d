import type { Container, EnvVar } from "@heliostat/kube";
import { authSecretName } from "../names/cluster-names.ts";
import { AUTH_TOKEN_KEY, isKubernetesTokenAuth, isTokenAuth } from "../raycluster/token-auth.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { CONTAINER, VOLUME } from "../vocabulary/container-names.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { withContainer, withDefaultEnv, withRayContainer } from "./ray-container.ts";

/** Step: every container that talks to Ray has the cluster's token, where the cluster asks for one. */
export function tokenAuth(pod: RayPod, { cluster }: PodContext): RayPod {
  if (!isTokenAuth(cluster.spec)) return pod;
  const authorised = (container: Container) => withToken(container, cluster);
  const talking = [CONTAINER.autoscaler, CONTAINER.historyCollector, CONTAINER.waitForGcs].reduce(
    (each, name) => withContainer(each, name, authorised),
    withRayContainer(pod, authorised),
  );
  return isKubernetesTokenAuth(cluster.spec) ? withTokenVolume(talking) : talking;
}

function withToken(container: Container, cluster: RayCluster): Container {
  const mode: EnvVar = { name: ENV.authMode, value: "token" };
  if (!isKubernetesTokenAuth(cluster.spec)) return withDefaultEnv(container, [mode, secretToken(cluster)]);
  const informed = withDefaultEnv(container, [mode, { name: ENV.enableKubernetesTokenAuth, value: "true" }]);
  const { volumeMounts = [] } = informed;
  if (volumeMounts.some(({ name }) => name === VOLUME.rayToken.name)) return informed;
  return { ...informed, volumeMounts: [...volumeMounts, { ...VOLUME.rayToken, readOnly: true }] };
}

function secretToken(cluster: RayCluster): EnvVar {
  return {
    name: ENV.authToken,
    valueFrom: { secretKeyRef: { name: authSecretName(cluster), key: AUTH_TOKEN_KEY } },
  };
}

function withTokenVolume(pod: RayPod): RayPod {
  const { volumes = [] } = pod.spec;
  if (volumes.some(({ name }) => name === VOLUME.rayToken.name)) return pod;
  const token = {
    name: VOLUME.rayToken.name,
    projected: { sources: [{ serviceAccountToken: { path: "token" } }] },
  };
  return { ...pod, spec: { ...pod.spec, volumes: [...volumes, token] } };
}
