import {
  type Clock,
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  isEqualJson,
  isKubeError,
  isTerminating,
  type Json,
  type Logger,
} from "@heliostat/kube";
import type { Caller, KubeApi, Target } from "../api/kube-api.ts";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import type { Collection } from "../store/collection.ts";
import type { Change } from "../store/history.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { fullNames, type NameConflict, nameConflict } from "./definition-names.ts";
import { definitionStatus, isEstablished } from "./definition-status.ts";
import { CLEANUP_FINALIZER } from "./definition-strategy.ts";
import { servedFromDefinition, storageResource } from "./served-from-definition.ts";

export interface CustomResourcesOptions {
  readonly store: ObjectStore;
  /** Must serve CustomResourceDefinitions already. */
  readonly registry: ResourceRegistry;
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** In whose name definitions are looked after. */
const CALLER: Caller = {
  user: { name: "system:apiserver", groups: ["system:masters"] },
  fieldManager: "kube-apiserver",
};

/**
 * Follows the CustomResourceDefinitions in the store and serves what they define.
 *
 * Serving changes in the very commit that stores a definition, so an object can be created as soon as its definition
 * is. The definition's status follows in a write of its own. A definition that is deleted takes its objects with it:
 * no more are created, those that exist are deleted, and when the last is gone the definition goes.
 */
export class CustomResources {
  readonly #options: CustomResourcesOptions;
  readonly #definitions = new Map<string, CustomResourceDefinition>();
  readonly #served = new Map<string, readonly ServedResource[]>();
  readonly #emptying = new Set<string>();
  #unsubscribe: (() => void) | undefined;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
  }

  /** Serve what the store already holds, and follow it from now on. */
  start(): void {
    const collection = this.#options.store.collection(this.#definitionTarget("").resource.storageKey);
    for (const { object } of collection.range("")) this.#accept(object as CustomResourceDefinition);
    this.#unsubscribe = collection.subscribe((change) => this.#onChange(change));
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  #onChange({ type, stored }: Change): void {
    const definition = stored.object as CustomResourceDefinition;
    if (type === "DELETED") this.#drop(definition);
    else this.#accept(definition);
  }

  #accept(definition: CustomResourceDefinition): void {
    const { name } = definition.metadata;
    const before = this.#definitions.get(name);
    this.#definitions.set(name, definition);
    const conflict = this.#conflictOf(definition);
    if (before === undefined || !isServedAlike(before, definition) || !this.#served.has(name)) {
      this.#serve(name, conflict === undefined || isEstablished(definition) ? definition : undefined);
    }
    this.#run(name, () => this.#settle(definition, conflict));
  }

  #drop({ metadata, spec }: CustomResourceDefinition): void {
    this.#definitions.delete(metadata.name);
    this.#serve(metadata.name, undefined);
    // Names have become free: somebody may have waited for them.
    const waiting = [...this.#definitions.values()].filter((each) => each.spec.group === spec.group);
    for (const each of waiting) if (!this.#served.has(each.metadata.name)) this.#accept(each);
  }

  #serve(name: string, definition: CustomResourceDefinition | undefined): void {
    const before = this.#served.get(name) ?? [];
    const now = definition === undefined ? [] : servedFromDefinition(definition);
    if (definition === undefined) this.#served.delete(name);
    else this.#served.set(name, now);
    if (before.length + now.length > 0) this.#options.registry.replace(before, now);
  }

  /** Who else in the group has one of the definition's names: built-in kinds, and definitions that came earlier. */
  #conflictOf({ metadata, spec }: CustomResourceDefinition): NameConflict | undefined {
    const own = new Set(this.#served.get(metadata.name));
    const others = this.#options.registry.all().filter((each) => each.group === spec.group && !own.has(each));
    return nameConflict(fullNames(spec), others);
  }

  /** Begin `work` after the commit that asked for it: who hears of a commit must not write. */
  #run(name: string, work: () => Promise<void>): void {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => {
        // Somebody wrote in between; that write brings us here again.
        if (isKubeError(error, "Conflict", "NotFound")) return;
        this.#options.logger.error("Cannot look after custom resource definition", { name, error });
      });
  }

  async #settle(definition: CustomResourceDefinition, conflict: NameConflict | undefined): Promise<void> {
    const { name, resourceVersion = "" } = definition.metadata;
    const status = definitionStatus(definition, conflict, this.#options.clock.now());
    if (!isEqualJson(status, definition.status)) {
      const body = { metadata: { resourceVersion }, status } as unknown as Json;
      await this.#options.api.patch(this.#definitionTarget(name, "status"), { type: "merge", body }, CALLER);
      return;
    }
    if (isTerminating(definition)) await this.#empty(definition);
  }

  async #empty(definition: CustomResourceDefinition): Promise<void> {
    const { name, finalizers = [] } = definition.metadata;
    if (!finalizers.includes(CLEANUP_FINALIZER) || this.#emptying.has(name)) return;
    this.#emptying.add(name);
    try {
      await this.#deleteObjects(definition);
      await this.#release(name);
    } finally {
      this.#emptying.delete(name);
    }
  }

  async #deleteObjects(definition: CustomResourceDefinition): Promise<void> {
    const resource = storageResource(definition);
    // Names that were never accepted belong to others, and so do the objects under them.
    if (resource === undefined || !isEstablished(definition)) return;
    await this.#options.api.deleteCollection({ resource }, {}, CALLER);
    await emptied(this.#options.store.collection(resource.storageKey));
  }

  async #release(name: string): Promise<void> {
    const definition = this.#definitions.get(name);
    if (definition === undefined) return;
    const { finalizers = [], resourceVersion = "" } = definition.metadata;
    const others = finalizers.filter((each) => each !== CLEANUP_FINALIZER);
    const body = { metadata: { resourceVersion, finalizers: others } };
    try {
      await this.#options.api.patch(this.#definitionTarget(name), { type: "merge", body }, CALLER);
    } catch (error) {
      if (!isKubeError(error, "Conflict")) throw error;
      await this.#release(name);
    }
  }

  #definitionTarget(name: string, subresource?: string): Target {
    const { group, version, plural } = CUSTOM_RESOURCE_DEFINITIONS;
    const resource = this.#options.registry.find(group, version, plural);
    if (resource === undefined)
      throw new Error("Cannot follow custom resource definitions: they are not served");
    return subresource === undefined ? { resource, name } : { resource, name, subresource };
  }
}

/** Whether two states of a definition are served in the same way: a new status changes nothing. */
function isServedAlike(left: CustomResourceDefinition, right: CustomResourceDefinition): boolean {
  return isTerminating(left) === isTerminating(right) && isEqualJson(left.spec, right.spec);
}

function emptied(collection: Collection): Promise<void> {
  return new Promise((resolve) => {
    if (collection.size === 0) {
      resolve();
      return;
    }
    const unsubscribe = collection.subscribe(() => {
      if (collection.size > 0) return;
      unsubscribe();
      resolve();
    });
  });
}
