import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  type Json,
  type KubeObject,
  PODS,
  type Random,
  type Resource,
  SILENT,
} from "@heliostat/kube";
import { admissionChain } from "../api/admission/admission.ts";
import { EmbeddedApi } from "../api/embedded-api.ts";
import type { Caller, KubeApi, WriteResult } from "../api/kube-api.ts";
import { CustomResources } from "../crd/custom-resources.ts";
import { builtinResources } from "../registry/builtin-resources.ts";
import { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import { ServiceAddresses } from "../registry/service-addresses.ts";
import { schemaOf } from "../schema/schema-of.ts";
import { ObjectStore } from "../store/object-store.ts";

export const CALLER: Caller = { user: { name: "tester", groups: [] }, fieldManager: "test" };

export const DEFINITIONS: ServedResource = builtIn(CUSTOM_RESOURCE_DEFINITIONS);
export const POD_RESOURCE: ServedResource = builtIn(PODS);

/** An API with nothing around it: what definitions define is served, and nobody else is there. */
export interface SmallApi {
  readonly api: KubeApi;
  readonly registry: ResourceRegistry;
  define(definition: CustomResourceDefinition): Promise<WriteResult>;
  /** Create an object of `example.io/v1` in the namespace `default`. */
  create(plural: string, object: object): Promise<WriteResult>;
  /** The definition as it is stored now; `undefined` when it is gone. */
  stored(name: string): CustomResourceDefinition | undefined;
  /** A resource of `example.io`. */
  resource(plural: string, version?: string): ServedResource;
}

/** A {@link SmallApi} whose clock stands still. */
export function smallApi(): SmallApi {
  const clock: Clock = { now: () => 1_800_000_000_000, after: () => ({ cancel: () => undefined }) };
  const store = new ObjectStore({ clock });
  const registry = new ResourceRegistry(builtinResources());
  const api = new EmbeddedApi({
    store,
    registry,
    clock,
    random: countingRandom(),
    schemaOf,
    admission: admissionChain([]),
    serviceAddresses: new ServiceAddresses(store),
    reviews: { review: async (question) => question },
  });
  new CustomResources({ store, registry, api, clock, logger: SILENT }).start();
  store.put({ storageKey: "/namespaces", key: "default" }, namespace("default"));

  function resource(plural: string, version = "v1"): ServedResource {
    return found(registry, { group: "example.io", version, plural });
  }

  return {
    api,
    registry,
    resource,
    define: (object) => api.create({ resource: DEFINITIONS }, object as unknown as Json, CALLER),
    create: (plural, object) =>
      api.create({ resource: resource(plural), namespace: "default" }, object as Json, CALLER),
    stored: (name) =>
      store.get({ storageKey: DEFINITIONS.storageKey, key: name })?.object as
        | CustomResourceDefinition
        | undefined,
  };
}

/** Let everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

function builtIn(resource: Resource): ServedResource {
  return found(new ResourceRegistry(builtinResources()), resource);
}

function found(
  registry: ResourceRegistry,
  { group, version, plural }: Pick<Resource, "group" | "version" | "plural">,
): ServedResource {
  const resource = registry.find(group, version, plural);
  if (resource === undefined) throw new Error(`Cannot find ${plural}: it is not served in ${version}`);
  return resource;
}

function countingRandom(): Random {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, "0")}`,
    fraction: () => 0.5,
  };
}

function namespace(name: string): KubeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}
