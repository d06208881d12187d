import type { KubeObject, KubeReader, Resource } from "@heliostat/kube";
import { CONFIG_MAPS, isKubeError, SECRETS } from "@heliostat/kube";
import type { PodInputs, PodReferences } from "./pod-inputs.ts";

/** Read the objects that a pod refers to. One that does not exist is left out: whether that matters is not asked here. */
export async function readInputs(
  reader: KubeReader,
  namespace: string,
  references: PodReferences,
): Promise<PodInputs> {
  const [configMaps, secrets] = await Promise.all([
    readAll(reader, CONFIG_MAPS, { namespace, names: references.configMaps }),
    readAll(reader, SECRETS, { namespace, names: references.secrets }),
  ]);
  return { configMaps, secrets };
}

/** One object, or `undefined` when there is none of that name. */
export async function readIfPresent<T extends KubeObject>(
  reader: KubeReader,
  resource: Resource<T>,
  name: { readonly namespace: string; readonly name: string },
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
