import type {
  DownwardAPIVolumeFile,
  HostPathVolumeSource,
  KeyToPath,
  PersistentVolume,
  Pod,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
} from "@heliostat/kube";
import { parseQuantity } from "@heliostat/kube";
import type { PodVolume, VolumeFile } from "../runtime/container-runtime.ts";
import { type DownwardFacts, fieldText, resourceText } from "./downward-api.ts";
import {
  configMapBytes,
  configMapOf,
  MissingInputError,
  type PodInputs,
  secretBytes,
  secretOf,
  volumeOfClaim,
} from "./pod-inputs.ts";

/** What a pod's volumes are made from. */
export interface VolumeSources {
  readonly facts: DownwardFacts;
  readonly inputs: PodInputs;
  /** The tokens that the volumes ask for, by {@link tokenKey}. */
  readonly tokens: ReadonlyMap<string, string>;
}

const DEFAULT_MODE = 0o644;

/**
 * The pod's volumes by name, as the runtime is to mount them.
 *
 * @throws Error in Kubernetes' words that names the volume: for a config map, secret or key that is neither there nor
 *   optional, and for a type of volume that this kubelet does not know
 */
export function podVolumes(pod: Pod, sources: VolumeSources): ReadonlyMap<string, PodVolume> {
  return new Map((pod.spec?.volumes ?? []).map((volume) => [volume.name, namedVolume(volume, sources)]));
}

function namedVolume(volume: Volume, sources: VolumeSources): PodVolume {
  try {
    return podVolume(volume, sources);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause });
  }
}

function podVolume(volume: Volume, sources: VolumeSources): PodVolume {
  const { name } = volume;
  if (volume.emptyDir) return emptyVolume(volume);
  if (volume.hostPath) return hostVolume(name, volume.hostPath);
  if (volume.persistentVolumeClaim) {
    return claimedVolume(name, volumeOfClaim(sources.inputs, volume.persistentVolumeClaim.claimName));
  }
  if (volume.ephemeral) return { type: "empty", name, medium: "" };
  const files = volumeFiles(volume, sources);
  if (files) return { type: "files", name, files };
  const [kind = "none"] = Object.keys(volume).filter((key) => key !== "name");
  throw new Error(`volume type "${kind}" is not supported by this kubelet`);
}

function hostVolume(name: string, { path, type }: HostPathVolumeSource): PodVolume {
  return { type: "host", name, path, ...(type && { pathType: type }) };
}

function claimedVolume(name: string, { metadata, spec = {} }: PersistentVolume): PodVolume {
  if (spec.hostPath) return hostVolume(name, spec.hostPath);
  if (spec.local) return { type: "host", name, path: spec.local.path };
  throw new Error(`the persistent volume "${metadata.name}" is not a folder of this machine`);
}

/** The service account tokens that a pod's volumes show, so that they can be issued before the volumes are made. */
export function tokenProjections(pod: Pod): readonly ServiceAccountTokenProjection[] {
  const sources = (pod.spec?.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [serviceAccountToken] : []));
}

/** Tokens for the same audience with the same life are one token. */
export function tokenKey({ audience = "", expirationSeconds = 0 }: ServiceAccountTokenProjection): string {
  return `${audience} ${expirationSeconds}`;
}

function emptyVolume({ name, emptyDir = {} }: Volume): PodVolume {
  const medium = emptyDir.medium === "Memory" ? "Memory" : "";
  const sizeLimitBytes = emptyDir.sizeLimit === undefined ? undefined : parseQuantity(emptyDir.sizeLimit);
  return { type: "empty", name, medium, ...(sizeLimitBytes === undefined ? {} : { sizeLimitBytes }) };
}

/** The files of a volume that the kubelet fills itself; `undefined` when it is of another type. */
function volumeFiles(volume: Volume, sources: VolumeSources): readonly VolumeFile[] | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return projectionFiles({ configMap }, sources, configMap.defaultMode);
  if (secret) {
    const { secretName, defaultMode, ...rest } = secret;
    return projectionFiles({ secret: { ...rest, name: secretName ?? "" } }, sources, defaultMode);
  }
  if (downwardAPI) return projectionFiles({ downwardAPI }, sources, downwardAPI.defaultMode);
  if (!projected) return undefined;
  const files = (projected.sources ?? []).flatMap((source) =>
    projectionFiles(source, sources, projected.defaultMode),
  );
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

function projectionFiles(
  source: VolumeProjection,
  sources: VolumeSources,
  defaultMode: number = DEFAULT_MODE,
): readonly VolumeFile[] {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap) {
    const found = configMapOf(sources.inputs, configMap.name ?? "", configMap.optional);
    return found ? keyFiles(configMapBytes(found), { ...configMap, holds: "config" }, defaultMode) : [];
  }
  if (secret) {
    const found = secretOf(sources.inputs, secret.name ?? "", secret.optional);
    return found ? keyFiles(secretBytes(found), { ...secret, holds: "secret" }, defaultMode) : [];
  }
  if (downwardAPI)
    return (downwardAPI.items ?? []).map((item) => downwardFile(item, sources.facts, defaultMode));
  if (!serviceAccountToken) throw new Error("projected volume has a source that this kubelet does not know");
  const token = sources.tokens.get(tokenKey(serviceAccountToken)) ?? "";
  return [{ path: serviceAccountToken.path, content: Buffer.from(token), mode: defaultMode }];
}

interface KeySelection {
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly holds: "config" | "secret";
}

function keyFiles(
  bytes: ReadonlyMap<string, Uint8Array>,
  { items, optional, holds }: KeySelection,
  defaultMode: number,
): readonly VolumeFile[] {
  if (!items) return [...bytes].map(([path, content]) => ({ path, content, mode: defaultMode }));
  return items.flatMap(({ key, path, mode = defaultMode }) => {
    const content = bytes.get(key);
    if (content) return [{ path, content, mode }];
    if (optional === true) return [];
    throw new MissingInputError(`references non-existent ${holds} key: ${key}`);
  });
}

function downwardFile(item: DownwardAPIVolumeFile, facts: DownwardFacts, defaultMode: number): VolumeFile {
  const { path, mode = defaultMode, fieldRef, resourceFieldRef } = item;
  if (fieldRef) return { path, mode, content: Buffer.from(fieldText(facts, fieldRef.fieldPath)) };
  if (resourceFieldRef) return { path, mode, content: Buffer.from(resourceText(facts, resourceFieldRef)) };
  throw new Error(`downward API file "${path}" names no field`);
}
