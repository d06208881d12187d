import type { Container, Pod, PodSpec } from "@heliostat/kube";

const MOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const VOLUME_NAME = "kube-api-access";
/** The config map that every namespace has, with the certificate of the API's own authority. */
export const ROOT_CA_CONFIG_MAP = "kube-root-ca.crt";

/**
 * The pod with its credentials for the API where every container expects them. Kubernetes adds them at admission; an
 * API that has done so leaves nothing to do, and so does a pod or an account that asks for none.
 *
 * @param accountAutomounts what the pod's service account says. @default true
 */
export function withServiceAccountVolume(pod: Pod, accountAutomounts: boolean | undefined): Pod {
  const { spec } = pod;
  if (!spec || (spec.automountServiceAccountToken ?? accountAutomounts ?? true) === false) return pod;
  const all = [...(spec.initContainers ?? []), ...spec.containers];
  if (all.every(hasCredentials)) return pod;
  return { ...pod, spec: withVolume(spec) };
}

function withVolume(spec: PodSpec): PodSpec {
  return {
    ...spec,
    volumes: [
      ...(spec.volumes ?? []),
      {
        name: VOLUME_NAME,
        projected: {
          sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
            { configMap: { name: ROOT_CA_CONFIG_MAP, items: [{ key: "ca.crt", path: "ca.crt" }] } },
            {
              downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] },
            },
          ],
        },
      },
    ],
    containers: spec.containers.map(withMount),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(withMount) } : {}),
  };
}

function withMount(container: Container): Container {
  if (hasCredentials(container)) return container;
  const mount = { name: VOLUME_NAME, mountPath: MOUNT_PATH, readOnly: true };
  return { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
}

function hasCredentials({ volumeMounts = [] }: Container): boolean {
  return volumeMounts.some(({ mountPath }) => mountPath === MOUNT_PATH);
}
