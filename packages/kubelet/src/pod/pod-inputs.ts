import type { ConfigMap, Container, PersistentVolume, Pod, Secret } from "@heliostat/kube";

/** The other objects that a pod needs before it can start, as they were a moment ago. An absent one is not in the map. */
export interface PodInputs {
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly secrets: ReadonlyMap<string, Secret>;
  /** The volumes of persistent volume claims; `undefined` for a claim that has none yet. @default no claims */
  readonly claims?: ReadonlyMap<string, PersistentVolume | undefined>;
}

/** The names of those objects, all in the pod's namespace. */
export interface PodReferences {
  readonly configMaps: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  /** @default none */
  readonly claims?: ReadonlySet<string>;
}

/** A reference to one that is neither there nor optional. The text is Kubernetes' own. */
export class MissingInputError extends Error {
  override readonly name = "MissingInputError";
}

/** Which objects the pod's volumes show. */
export function volumeReferences(pod: Pod): PodReferences {
  const volumes = pod.spec?.volumes ?? [];
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return {
    configMaps: named([...volumes, ...sources].map(({ configMap }) => configMap?.name)),
    secrets: named([
      ...volumes.map(({ secret }) => secret?.secretName),
      ...sources.map(({ secret }) => secret?.name),
    ]),
    claims: named(volumes.map(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName)),
  };
}

/** Which objects a container's environment takes values from. */
export function envReferences({ env = [], envFrom = [] }: Container): PodReferences {
  return {
    configMaps: named([
      ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
      ...envFrom.map(({ configMapRef }) => configMapRef?.name),
    ]),
    secrets: named([
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...envFrom.map(({ secretRef }) => secretRef?.name),
    ]),
  };
}

/** The config map, or `undefined` when it is absent and may be. @throws MissingInputError */
export function configMapOf(
  inputs: PodInputs,
  name: string,
  isOptional: boolean | undefined,
): ConfigMap | undefined {
  const found = inputs.configMaps.get(name);
  if (!found && isOptional !== true) throw new MissingInputError(`configmap "${name}" not found`);
  return found;
}

/** The secret, or `undefined` when it is absent and may be. @throws MissingInputError */
export function secretOf(
  inputs: PodInputs,
  name: string,
  isOptional: boolean | undefined,
): Secret | undefined {
  const found = inputs.secrets.get(name);
  if (!found && isOptional !== true) throw new MissingInputError(`secret "${name}" not found`);
  return found;
}

/** The volume that a claim is bound to. @throws MissingInputError */
export function volumeOfClaim({ claims }: PodInputs, name: string): PersistentVolume {
  const volume = claims?.get(name);
  if (volume) return volume;
  if (claims?.has(name)) throw new MissingInputError(`persistentvolumeclaim "${name}" has no volume yet`);
  throw new MissingInputError(`persistentvolumeclaim "${name}" not found`);
}

/** What a config map holds, as bytes. */
export function configMapBytes(configMap: ConfigMap): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ...Object.entries(configMap.data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const),
    ...Object.entries(configMap.binaryData ?? {}).map(([key, text]) => [key, base64Bytes(text)] as const),
  ]);
}

/** What a secret holds, as bytes. */
export function secretBytes(secret: Secret): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(secret.data ?? {}).map(([key, text]) => [key, base64Bytes(text)]));
}

function base64Bytes(text: string): Uint8Array {
  return Buffer.from(text, "base64");
}

function named(names: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => (name ? [name] : [])));
}
