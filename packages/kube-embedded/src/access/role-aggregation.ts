import {
  type ClusterRole,
  isEqualJson,
  isKubeError,
  isTerminating,
  type Json,
  type Logger,
  matchesLabels,
  type PolicyRule,
  requirementsOf,
} from "@heliostat/kube";
import type { Caller, KubeApi } from "../api/kube-api.ts";
import type { ResourceRegistry } from "../registry/registry.ts";
import type { ServedResource } from "../registry/served-resource.ts";
import type { Collection } from "../store/collection.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** The rules of every other role that the aggregation rule selects, each once, in the order of the roles' names. */
export function aggregatedRules(role: ClusterRole, roles: readonly ClusterRole[]): readonly PolicyRule[] {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map(requirementsOf);
  const selected = roles
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .filter(({ metadata }) => selectors.some((each) => matchesLabels(each, metadata.labels)))
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  return distinct(selected.flatMap(({ rules = [] }) => rules));
}

export interface RoleAggregationOptions {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly api: KubeApi;
  readonly logger: Logger;
}

/** As Kubernetes' controller of that name. */
const CALLER: Caller = {
  user: {
    name: "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
    groups: ["system:masters"],
  },
  fieldManager: "clusterrole-aggregation-controller",
};

/** Keeps the rules of aggregating ClusterRoles what their selectors say, a moment after any ClusterRole changes. */
export class RoleAggregation {
  readonly #options: RoleAggregationOptions;
  readonly #resource: ServedResource;
  #unsubscribe: (() => void) | undefined;
  #round: Promise<void> | undefined;
  #isDue = false;

  constructor(options: RoleAggregationOptions) {
    const resource = options.registry.find("rbac.authorization.k8s.io", "v1", "clusterroles");
    if (!resource) throw new Error("Cannot aggregate roles: ClusterRoles are not among the built-in kinds");
    this.#options = options;
    this.#resource = resource;
  }

  /** Resolves when what the store already holds is aggregated. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#collection().subscribe(() => this.#plan());
    this.#plan();
    await this.#round;
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  /** A burst of changes is one round: whoever tells of a change must not be kept waiting by a write. */
  #plan(): void {
    this.#isDue = true;
    this.#round ??= this.#settle();
  }

  /** Roles that aggregate may themselves be selected, so that one round may call for the next. */
  async #settle(): Promise<void> {
    await Promise.resolve();
    while (this.#isDue) {
      this.#isDue = false;
      const roles = [...this.#collection().range("")].map(({ object }) => object as ClusterRole);
      for (const role of roles.filter(isAggregating)) {
        const rules = aggregatedRules(role, roles);
        if (!isEqualJson(rules, role.rules ?? [])) await this.#write(role, rules);
      }
    }
    this.#round = undefined;
  }

  async #write(role: ClusterRole, rules: readonly PolicyRule[]): Promise<void> {
    const { name } = role.metadata;
    try {
      const body = { ...role, rules } as unknown as Json;
      await this.#options.api.update({ resource: this.#resource, name }, body, CALLER);
    } catch (error) {
      // Somebody was faster, and his change calls for the next round.
      if (isKubeError(error, "Conflict", "NotFound")) return;
      this.#options.logger.error("Cannot aggregate a ClusterRole", { name, error });
    }
  }

  #collection(): Collection {
    return this.#options.store.collection(this.#resource.storageKey);
  }
}

function isAggregating(role: ClusterRole): boolean {
  return role.aggregationRule !== undefined && !isTerminating(role);
}

function distinct(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
