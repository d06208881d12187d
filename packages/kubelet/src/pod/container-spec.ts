import type { Container, VolumeMount } from "@heliostat/kube";
import type { ContainerSpec, Mount, PodVolume, ResolvedImage } from "../runtime/container-runtime.ts";
import { expandVariables, type Variables } from "./expand-variables.ts";

/** What the kubelet has found out before it starts a container. */
export interface ContainerSources {
  readonly image: ResolvedImage;
  /** The container's own environment, without the image's. */
  readonly env: Variables;
  readonly volumes: ReadonlyMap<string, PodVolume>;
  readonly hostname: string;
  readonly restartCount: number;
  readonly isMeantToEnd: boolean;
}

/**
 * What the runtime is asked to start: the container with nothing left to look up.
 *
 * @throws Error for a mount of a volume that the pod does not have
 */
export function containerSpec(container: Container, sources: ContainerSources): ContainerSpec {
  const { image, env, volumes, hostname, restartCount, isMeantToEnd } = sources;
  const { terminationMessagePath } = container;
  return {
    name: container.name,
    restartCount,
    image: container.image ?? "",
    command: commandOf(container, image).map((word) => expandVariables(word, env)),
    env: { ...image.env, HOSTNAME: hostname, ...env },
    workingDir: container.workingDir ?? image.workingDir,
    mounts: (container.volumeMounts ?? []).map((mount) => mountOf(mount, volumes, env)),
    isTty: container.tty ?? false,
    keepsStdin: container.stdin ?? false,
    ...(terminationMessagePath && { terminationMessagePath }),
    isMeantToEnd,
  };
}

/** A command takes the place of all that the image says, arguments only that of its own (Kubernetes rule). */
function commandOf({ command = [], args = [] }: Container, image: ResolvedImage): readonly string[] {
  if (command.length > 0) return [...command, ...args];
  return [...image.entrypoint, ...(args.length > 0 ? args : image.cmd)];
}

function mountOf(mount: VolumeMount, volumes: ReadonlyMap<string, PodVolume>, env: Variables): Mount {
  const volume = volumes.get(mount.name);
  if (!volume) throw new Error(`volume "${mount.name}" is not in the pod`);
  const subPath = mount.subPathExpr ? expandVariables(mount.subPathExpr, env) : mount.subPath;
  return {
    mountPath: mount.mountPath,
    isReadOnly: mount.readOnly === true || volume.type === "files",
    ...(subPath ? { subPath } : {}),
    volume,
  };
}
