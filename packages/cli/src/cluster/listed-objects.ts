import {
  groupResource,
  isKubeError,
  type KubeClient,
  type KubeObject,
  keyOf,
  matchesLabels,
  nameOf,
  parseLabelSelector,
  type Resource,
} from "@heliostat/kube";
import type { CacheReader, Index } from "@heliostat/watch-cache";

export interface ListScope {
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Some resources as they were when they were listed, in the form in which reconcilers read them. */
export class ListedObjects {
  readonly #lists: ReadonlyMap<string, readonly KubeObject[]>;

  private constructor(lists: ReadonlyMap<string, readonly KubeObject[]>) {
    this.#lists = lists;
  }

  /** One list a resource, of one namespace. What the API does not serve has no objects. @throws KubeError */
  static async of(
    client: KubeClient,
    resources: readonly Resource[],
    scope: ListScope,
  ): Promise<ListedObjects> {
    const lists = await Promise.all(
      resources.map(async (each) => [groupResource(each), await listedOrNone(client, each, scope)] as const),
    );
    return new ListedObjects(new Map(lists));
  }

  of<T extends KubeObject>(resource: Resource<T>, labelSelector = ""): CacheReader<T> {
    const requirements = parseLabelSelector(labelSelector);
    const all = (this.#lists.get(groupResource(resource)) ?? []) as readonly T[];
    const objects = all.filter(({ metadata }) => matchesLabels(requirements, metadata.labels));
    return {
      get: (key) => objects.find((object) => keyOf(nameOf(object)) === key),
      list: () => objects,
      byIndex: (index: Index<T>, value) => objects.filter((object) => index.valuesOf(object).includes(value)),
    };
  }
}

async function listedOrNone(
  client: KubeClient,
  resource: Resource,
  { namespace, signal }: ListScope,
): Promise<readonly KubeObject[]> {
  try {
    const { items } = await client.list(resource, { signal, ...(resource.isNamespaced && { namespace }) });
    return items;
  } catch (error) {
    if (isKubeError(error, "NotFound")) return [];
    throw error;
  }
}
