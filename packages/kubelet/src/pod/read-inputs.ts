import type { KubeObject, KubeReader, ObjectName, PersistentVolumeClaim, Resource } from "@heliostat/kube";
import {
  CONFIG_MAPS,
  isKubeError,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  SECRETS,
} from "@heliostat/kube";
import type { PodInputs, PodReferences } from "./pod-inputs.ts";

/** Read the objects that a pod refers to. One that does not exist is left out: whether that matters is not asked here. */
export async function readInputs(
  reader: KubeReader,
  namespace: string,
  references: PodReferences,
): Promise<PodInputs> {
  const [configMaps, secrets, claims] = await Promise.all([
    readAll(reader, CONFIG_MAPS, { namespace, names: references.configMaps }),
    readAll(reader, SECRETS, { namespace, names: references.secrets }),
    readAll(reader, PERSISTENT_VOLUME_CLAIMS, { namespace, names: references.claims ?? new Set() }),
  ]);
  return { configMaps, secrets, claims: await volumesOf(reader, claims) };
}

/** Claims lie in namespaces, their volumes in none. */
async function volumesOf(
  reader: KubeReader,
  claims: ReadonlyMap<string, PersistentVolumeClaim>,
): Promise<NonNullable<PodInputs["claims"]>> {
  const volumes = [...claims].map(async ([name, { spec }]) => {
    const { volumeName } = spec ?? {};
    const volume = volumeName && (await readIfPresent(reader, PERSISTENT_VOLUMES, { name: volumeName }));
    return [name, volume || undefined] as const;
  });
  return new Map(await Promise.all(volumes));
}

/** One object, or `undefined` when there is none of that name. */
export async function readIfPresent<T extends KubeObject>(
  reader: KubeReader,
  resource: Resource<T>,
  name: ObjectName,
): Promise<T | undefined> {
  try {
    return await reader.get(resource, name);
  } catch (error) {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  }
}

async function readAll<T extends KubeObject>(
  reader: KubeReader,
  resource: Resource<T>,
  { namespace, names }: { readonly namespace: string; readonly names: ReadonlySet<string> },
): Promise<ReadonlyMap<string, T>> {
  const found = await Promise.all(
    [...names].map(
      async (name) => [name, await readIfPresent(reader, resource, { namespace, name })] as const,
    ),
  );
  return new Map(found.flatMap(([name, object]) => (object ? [[name, object] as const] : [])));
}
