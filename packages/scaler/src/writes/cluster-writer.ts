import { type PlannedWrite, preconditions, type RelatedObjects } from "@heliostat/engines";
import { isKubeError, type KubeClient, type KubeObject, nameOf } from "@heliostat/kube";
import { ScalerError } from "../answers/answer.ts";
import type { Cluster } from "../clusters/directory.ts";
import { FIELD_MANAGER } from "../vocabulary.ts";

/** What somebody has decided to write, for a state of the cluster. */
export interface Decision {
  /** The last one is to the cluster itself. */
  readonly writes: readonly PlannedWrite[];
}

/** A cluster and what decides about it, as they are now. */
export interface ClusterState {
  readonly object: KubeObject;
  readonly related: RelatedObjects;
}

/** What has come of a decision. */
export interface Written<D extends Decision> {
  readonly decision: D;
  readonly before: KubeObject;
  readonly after: KubeObject;
}

/**
 * Changes clusters, one change of a cluster after the other.
 *
 * **Guarantees.** A change is decided upon a state and written upon that very state, or decided once more upon a newer
 * one; if that has gone too, nothing is written and the change is superseded. None is lost and none is made twice: what
 * Kubernetes refused is decided anew, and what it may have done is never tried again.
 */
export class ClusterWriter {
  readonly #client: KubeClient;
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /**
   * @throws ScalerError `superseded`, and whatever `decide` throws
   * @throws KubeError what else Kubernetes says
   */
  async change<D extends Decision>(
    cluster: Cluster,
    decide: (state: ClusterState) => D,
    { isDryRun = false }: { readonly isDryRun?: boolean } = {},
  ): Promise<Written<D>> {
    const uid = cluster.object.metadata.uid ?? "";
    const turn = (this.#busy.get(uid) ?? Promise.resolve()).then(() =>
      this.#changed(cluster, decide, isDryRun),
    );
    const settled = turn.catch(() => undefined);
    this.#busy.set(uid, settled);
    try {
      return await turn;
    } finally {
      if (this.#busy.get(uid) === settled) this.#busy.delete(uid);
    }
  }

  async #changed<D extends Decision>(
    cluster: Cluster,
    decide: (state: ClusterState) => D,
    isDryRun: boolean,
  ): Promise<Written<D>> {
    const { cache, object } = cluster;
    const known = cache.get(object.metadata.name);
    if (known?.metadata.uid !== object.metadata.uid || !known) throw superseded(object);
    const state = { object: known, related: cache.relatedTo(known) };
    try {
      return await this.#written(cluster, { state, decision: decide(state), isDryRun });
    } catch (error) {
      if (!isKubeError(error, "Conflict", "Invalid", "NotFound")) throw error;
      const fresh = await this.#fresh(cluster);
      // A refusal of the state that still holds is one of what we want.
      if (error.reason === "Invalid" && isSameState(fresh, state)) throw error;
      return await this.#writtenAtLast(cluster, { state: fresh, decision: decide(fresh), isDryRun });
    }
  }

  async #writtenAtLast<D extends Decision>(cluster: Cluster, write: Write<D>): Promise<Written<D>> {
    try {
      return await this.#written(cluster, write);
    } catch (error) {
      if (isKubeError(error, "Conflict", "NotFound")) throw superseded(cluster.object, error);
      if (!isKubeError(error, "Invalid") || isSameState(await this.#fresh(cluster), write.state)) throw error;
      throw superseded(cluster.object, error);
    }
  }

  async #written<D extends Decision>(
    { cache }: Cluster,
    { state, decision, isDryRun }: Write<D>,
  ): Promise<Written<D>> {
    let after = state.object;
    for (const write of decision.writes) {
      const { resource, name, uid, resourceVersion } = write.object;
      if (write.do === "delete") {
        if (!isDryRun) await this.#client.delete(resource, name, { preconditions: { uid, resourceVersion } });
        continue;
      }
      const isIdle = write.operations.length <= preconditions(write.object).length;
      if (isIdle) continue;
      const patch = { type: "json", body: write.operations } as const;
      const written = await this.#client.patch(resource, name, {
        patch,
        fieldManager: FIELD_MANAGER,
        isDryRun,
      });
      if (uid === state.object.metadata.uid) after = written;
    }
    if (!isDryRun && after !== state.object) cache.wrote(state.object, after);
    return { decision, before: state.object, after };
  }

  /** What is stored now. @throws ScalerError `superseded` when it is another cluster, or none */
  async #fresh({ cache, object }: Cluster): Promise<ClusterState> {
    const { resource, related } = cache.driver;
    try {
      const fresh = await this.#client.get(resource, nameOf(object));
      if (fresh.metadata.uid !== object.metadata.uid) throw superseded(object);
      const { namespace } = object.metadata;
      const lists = related.map(async (each) => {
        const where = namespace === undefined ? {} : { namespace };
        const { items } = await this.#client.list(each.resource, where);
        return [each.resource.plural, items.filter((item) => each.isRelated(item, fresh))] as const;
      });
      return { object: fresh, related: Object.fromEntries(await Promise.all(lists)) };
    } catch (error) {
      if (isKubeError(error, "NotFound")) throw superseded(object, error);
      throw error;
    }
  }
}

interface Write<D> {
  readonly state: ClusterState;
  readonly decision: D;
  readonly isDryRun: boolean;
}

function isSameState(left: ClusterState, right: ClusterState): boolean {
  return statesOf(left) === statesOf(right);
}

function statesOf({ object, related }: ClusterState): string {
  const objects = [object, ...Object.values(related).flat()];
  return objects.map(({ metadata }) => `${metadata.uid}@${metadata.resourceVersion}`).join();
}

function superseded({ metadata }: KubeObject, cause?: unknown): ScalerError {
  const message = `Cannot change ${metadata.name}: others changed it at the same time. Nothing was written; ask again`;
  return new ScalerError("superseded", message, { status: 409, cause });
}
