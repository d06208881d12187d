import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { KeyToPath, Volume as PodVolume, VolumeMount } from "@heliostat/kube";
import {
  type Volume,
  Volume_AccessMode,
  Volume_HostPathType,
  Volume_MountPropagationMode,
  Volume_VolumeType,
  VolumeSchema,
} from "@heliostat/proto";
import { ACCESS_MODE, PROPAGATION } from "./volumes.ts";

/**
 * A pod's volumes as the API tells them: one for each mount of the Ray container. A volume that it does not mount is
 * told without a path; one of a type that the API has no word for is left out.
 */
export function volumeMessages(
  volumes: readonly PodVolume[] | undefined,
  mounts: readonly VolumeMount[] | undefined,
): Volume[] {
  return (volumes ?? []).flatMap((volume) => {
    const source = sourceOf(volume);
    if (!source) return [];
    const mounted = (mounts ?? []).filter(({ name }) => name === volume.name);
    const places = mounted.length > 0 ? mounted.map(mountOf) : [{}];
    return places.map((place) => create(VolumeSchema, { name: volume.name, ...source, ...place }));
  });
}

/** Mounts alone, as the autoscaler's container has them: its volumes are the head pod's. */
export function mountMessages(mounts: readonly VolumeMount[] | undefined): Volume[] {
  return (mounts ?? []).map((mount) => create(VolumeSchema, { name: mount.name, ...mountOf(mount) }));
}

type VolumeFields = MessageInitShape<typeof VolumeSchema>;

function mountOf({ mountPath, readOnly = false, mountPropagation }: VolumeMount): VolumeFields {
  const mode =
    keyOfValue<Volume_MountPropagationMode>(PROPAGATION, mountPropagation) ??
    Volume_MountPropagationMode.NONE;
  return { mountPath, readOnly, mountPropagationMode: mode };
}

function sourceOf(volume: PodVolume): VolumeFields | undefined {
  const { persistentVolumeClaim, hostPath, ephemeral, configMap, secret, emptyDir } = volume;
  if (persistentVolumeClaim)
    return {
      volumeType: Volume_VolumeType.PERSISTENT_VOLUME_CLAIM,
      source: persistentVolumeClaim.claimName,
      readOnly: persistentVolumeClaim.readOnly ?? false,
    };
  if (hostPath)
    return {
      volumeType: Volume_VolumeType.HOST_PATH,
      source: hostPath.path,
      hostPathType: hostPath.type === "File" ? Volume_HostPathType.FILE : Volume_HostPathType.DIRECTORY,
    };
  if (ephemeral) return ephemeralOf(ephemeral);
  if (configMap)
    return {
      volumeType: Volume_VolumeType.CONFIGMAP,
      source: configMap.name ?? "",
      items: itemsOf(configMap.items),
    };
  if (secret)
    return {
      volumeType: Volume_VolumeType.SECRET,
      source: secret.secretName ?? "",
      items: itemsOf(secret.items),
    };
  if (emptyDir) return { volumeType: Volume_VolumeType.EMPTY_DIR, storage: String(emptyDir.sizeLimit ?? "") };
  return undefined;
}

function ephemeralOf({ volumeClaimTemplate }: NonNullable<PodVolume["ephemeral"]>): VolumeFields {
  const { accessModes = [], resources, storageClassName = "" } = volumeClaimTemplate?.spec ?? {};
  return {
    volumeType: Volume_VolumeType.EPHEMERAL,
    storage: String(resources?.requests?.["storage"] ?? ""),
    storageClassName,
    accessMode: keyOfValue<Volume_AccessMode>(ACCESS_MODE, accessModes[0]) ?? Volume_AccessMode.RWO,
  };
}

function itemsOf(items: readonly KeyToPath[] | undefined): Record<string, string> {
  return Object.fromEntries((items ?? []).map(({ key, path }) => [key, path]));
}

function keyOfValue<E extends number>(
  words: Readonly<Record<number, string>>,
  word: string | undefined,
): E | undefined {
  const found = Object.entries(words).find(([, each]) => each === word);
  return found && (Number(found[0]) as E);
}
