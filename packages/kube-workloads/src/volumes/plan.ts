import { type Action, create, type Plan, patch, remove } from "@heliostat/controller";
import {
  isTerminating,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  type PersistentVolume,
  type PersistentVolumeClaim,
  parseQuantity,
} from "@heliostat/kube";

/** A claim, and the volumes there are. */
export interface ClaimView {
  readonly claim: PersistentVolumeClaim;
  readonly volumes: readonly PersistentVolume[];
  /** Below it each claim that nothing fits gets a folder of the node; `undefined`: such a claim waits. */
  readonly folder: string | undefined;
}

/** Bind a claim to the smallest volume that fits, or to one that is made for it. Both know each other in the end. */
export function planClaim({ claim, volumes, folder }: ClaimView): Plan {
  if (isTerminating(claim) || claim.spec?.volumeName) return { actions: [] };
  const volume = volumes.find((each) => isMeantFor(each, claim)) ?? smallestFit(claim, volumes);
  if (!volume && folder === undefined) return { actions: [], waitingFor: "a volume that fits" };
  const made = volume ? undefined : newVolume(claim, folder ?? "");
  const name = (volume ?? made)?.metadata.name ?? "";
  const why = `claim is bound to volume ${name}`;
  const body = { spec: { volumeName: name } };
  return {
    actions: [
      ...(made ? [create(PERSISTENT_VOLUMES, made, { why: "no volume fits the claim" })] : []),
      ...(volume ? reserve(volume, claim) : []),
      patch(PERSISTENT_VOLUME_CLAIMS, claim, { patch: { type: "merge", body }, why }),
    ],
  };
}

/** A volume whose claim is gone is deleted or kept, as its reclaim policy says. */
export function planReclaim(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): Plan {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec ?? {};
  const isLost = claimRef?.uid !== undefined && claim?.metadata.uid !== claimRef.uid;
  if (!isLost || persistentVolumeReclaimPolicy !== "Delete" || isTerminating(volume)) return { actions: [] };
  return { actions: [remove(PERSISTENT_VOLUMES, volume, { why: "its claim is gone" })] };
}

/** Reserved for the claim, by whoever made the volume or by an attempt of ours that was cut off. */
export function isMeantFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { claimRef } = spec ?? {};
  const isSame = claimRef?.namespace === metadata.namespace && claimRef?.name === metadata.name;
  return isSame && (claimRef?.uid === undefined || claimRef.uid === metadata.uid);
}

function smallestFit(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
): PersistentVolume | undefined {
  return volumes
    .filter((volume) => !volume.spec?.claimRef && !isTerminating(volume) && fits(volume, claim))
    .sort((left, right) => capacityOf(left) - capacityOf(right))[0];
}

function fits(volume: PersistentVolume, { spec = {} }: PersistentVolumeClaim): boolean {
  const wanted = parseQuantity(spec.resources?.requests?.["storage"] ?? 0) ?? 0;
  const modes = volume.spec?.accessModes ?? [];
  return (
    (volume.spec?.storageClassName ?? "") === (spec.storageClassName ?? "") &&
    capacityOf(volume) >= wanted &&
    (spec.accessModes ?? []).every((mode) => modes.includes(mode))
  );
}

function capacityOf({ spec }: PersistentVolume): number {
  return parseQuantity(spec?.capacity?.["storage"] ?? 0) ?? 0;
}

function reserve(volume: PersistentVolume, claim: PersistentVolumeClaim): readonly Action[] {
  if (volume.spec?.claimRef?.uid === claim.metadata.uid) return [];
  const body = { spec: { claimRef: referenceTo(claim) } };
  return [patch(PERSISTENT_VOLUMES, volume, { patch: { type: "merge", body }, why: "a claim takes it" })];
}

function newVolume(claim: PersistentVolumeClaim, folder: string): PersistentVolume {
  const { metadata, spec = {} } = claim;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `pvc-${metadata.uid}` },
    spec: {
      capacity: { storage: spec.resources?.requests?.["storage"] ?? "0" },
      accessModes: spec.accessModes ?? [],
      claimRef: referenceTo(claim),
      persistentVolumeReclaimPolicy: "Delete",
      ...(spec.storageClassName !== undefined && { storageClassName: spec.storageClassName }),
      // By uid: a claim that takes the name of one that is gone must not find its data.
      hostPath: { path: `${folder}/pvc-${metadata.uid}`, type: "DirectoryOrCreate" },
    },
  };
}

function referenceTo({ metadata }: PersistentVolumeClaim): Readonly<Record<string, string>> {
  const { name, namespace = "", uid = "" } = metadata;
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid };
}
