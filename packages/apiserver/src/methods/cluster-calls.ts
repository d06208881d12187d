import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { isKubeError, nameOf } from "@heliostat/kube";
import {
  type Cluster,
  type CreateClusterRequest,
  ListAllClustersResponseSchema,
  ListClustersResponseSchema,
} from "@heliostat/proto";
import { RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { buildFailure, invalidInput, notFound, writeFailure } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import { clusterMessage } from "../objects/clusters/cluster-message.ts";
import { rayClusterObject } from "../objects/clusters/ray-cluster.ts";
import type { ApiPorts } from "../ports.ts";
import { type Findable, findManaged, isManaged } from "../reading/find-object.ts";
import { eventsOf } from "../reading/object-events.ts";
import { pageOf } from "../reading/page.ts";
import { SortedList } from "../reading/sorted-list.ts";
import { ToldMessages } from "../reading/told-messages.ts";
import { untilGone, untilShown } from "../reading/until-shown.ts";
import { checkCreateCluster } from "../validation/check-create.ts";
import { checkCluster } from "./check-object.ts";
import { creationFacts, withCaller } from "./creation.ts";
import { templatesOf } from "./templates-of.ts";

/** What the calls about clusters share: also of use to whoever extends the API. */
export interface ClusterReads {
  readonly findable: Findable<RayCluster>;
  readonly list: SortedList<RayCluster>;
  /** A cluster as the API tells it, with its events. */
  readonly tell: (cluster: RayCluster) => Cluster;
}

export function clusterReads({ caches }: Pick<ApiPorts, "caches">): ClusterReads {
  const told = new ToldMessages(clusterMessage);
  // While no event comes, whoever lists a thousand clusters need not look for the events of each.
  let quiet = new WeakMap<RayCluster, Cluster>();
  caches.events.onChange(() => {
    quiet = new WeakMap();
  });
  return {
    findable: { resource: RAY_CLUSTERS, cache: caches.clusters, noun: "Cluster" },
    list: new SortedList(caches.clusters, isManaged),
    tell(cluster) {
      const known = quiet.get(cluster);
      if (known !== undefined) return known;
      const message = told.of(cluster, eventsOf(caches.events, "RayCluster", nameOf(cluster)));
      quiet.set(cluster, message);
      return message;
    },
  };
}

/** The calls of `ClusterService`. */
export function clusterCalls(ports: ApiPorts, reads: ClusterReads): Handlers["ClusterService"] {
  const { findable, list, tell } = reads;
  return {
    createCluster: async (request, call) => tell(await createCluster(ports, request, call)),
    async getCluster({ name, namespace }, { signal }) {
      checkTarget(name, namespace);
      return tell(await findManaged(ports, findable, { name, namespace, signal }));
    },
    async listCluster({ namespace, limit, continue: token }) {
      if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
      const { items, next } = pageOf(list, { namespace, limit, token });
      return create(ListClustersResponseSchema, { clusters: items.map(tell), continue: next });
    },
    async listAllClusters({ limit, continue: token }) {
      const { items, next } = pageOf(list, { limit, token });
      return create(ListAllClustersResponseSchema, { clusters: items.map(tell), continue: next });
    },
    async deleteCluster({ name, namespace }, { signal }) {
      checkTarget(name, namespace);
      const cluster = await findManaged(ports, findable, { name, namespace, signal });
      await deleteCluster(ports, cluster, signal);
      return create(EmptySchema);
    },
  };
}

export interface WriteMode {
  /** Do everything but store. @default false */
  readonly isDryRun?: boolean;
}

/** @throws ApiError for a request that cannot be, or that Kubernetes refuses */
export async function createCluster(
  ports: ApiPorts,
  request: CreateClusterRequest,
  call: CallContext & WriteMode,
): Promise<RayCluster> {
  const facts = creationFacts(ports, call);
  const cluster = withCaller(request.cluster, facts);
  checkCreateCluster({ ...request, ...(cluster && { cluster }) }, call.version);
  const { namespace, name } = cluster as Cluster;
  const { isDryRun = false, signal } = call;
  const templates = await templatesOf(ports, cluster?.clusterSpec, { namespace, name, signal });
  const object = builtCluster();
  try {
    const created = await ports.client.create(RAY_CLUSTERS, object, { signal, isDryRun });
    if (!isDryRun) await untilShown(ports.caches.clusters, created, { clock: ports.clock, signal });
    return created;
  } catch (error) {
    throw writeFailure(error, `Failed to create a cluster for (${namespace}/${name})`);
  }

  function builtCluster(): RayCluster {
    try {
      const built = rayClusterObject(cluster as Cluster, templates, facts);
      checkCluster(built);
      return built;
    } catch (error) {
      throw buildFailure(error, "Failed to create a Ray cluster");
    }
  }
}

async function deleteCluster(ports: ApiPorts, cluster: RayCluster, signal: AbortSignal): Promise<void> {
  const { name } = cluster.metadata;
  try {
    await ports.client.delete(RAY_CLUSTERS, nameOf(cluster), { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) throw notFound(`Cluster ${name} not found`, error);
    throw writeFailure(error, `Failed to delete cluster ${name}`);
  }
  await untilGone(ports.caches.clusters, cluster, { clock: ports.clock, signal });
}

const EMPTY_NAMESPACE = "Namespace is empty. Please specify a valid value.";

function checkTarget(name: string, namespace: string): void {
  if (name === "") throw invalidInput("Cluster name is empty. Please specify a valid value.");
  if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
}
