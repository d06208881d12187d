import { create } from "@bufbuild/protobuf";
import {
  type Cluster,
  type ClusterScale,
  type FindClustersResponse,
  FindClustersResponseSchema,
  type PatchWorkerGroupRequest,
  type UpdateClusterRequest,
  WorkerGroupPatchSchema,
} from "@heliostat/proto";
import type { RayCluster } from "@heliostat/ray";
import { ApiError } from "../errors/api-error.ts";
import { buildFailure, invalidInput } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import { updatedCluster, withGroup } from "../objects/clusters/changed-cluster.ts";
import { patchedGroup, scaledGroup } from "../objects/clusters/changed-group.ts";
import { rayClusterObject } from "../objects/clusters/ray-cluster.ts";
import type { ApiPorts } from "../ports.ts";
import { type PageRequest, pageOf } from "../reading/page.ts";
import { checkCreateCluster } from "../validation/check-create.ts";
import { type ChangeTarget, changeObject } from "./change-object.ts";
import { checkCluster } from "./check-object.ts";
import { type ClusterReads, createCluster } from "./cluster-calls.ts";
import { type ClusterFilter, clusterFilter } from "./cluster-filter.ts";
import { creationFacts, withCaller } from "./creation.ts";
import { findTemplate, templatesOf } from "./templates-of.ts";

/** The calls of `ClusterExtensionService`. */
export function clusterExtensionCalls(
  ports: ApiPorts,
  reads: ClusterReads,
): Handlers["ClusterExtensionService"] {
  const { list, tell } = reads;
  return {
    findClusters: async (request) => found(request, { namespace: request.namespace }),
    findAllClusters: async (request) => found(request, {}),
    dryRunCluster: async (request, call) =>
      tell(await createCluster(ports, { ...request, $typeName: CREATE }, dryRunOf(call))),
    updateCluster: async (request, call) => tell(await updateCluster(ports, reads, { request, call })),
    scaleCluster: async ({ scale, ...request }, call) =>
      tell(await changed(request, call, scaledCluster(scale))),
    patchWorkerGroup: async (request, call) => tell(await patchGroup(ports, reads, { request, call })),
    suspendCluster: async (request, call) => tell(await changed(request, call, suspended(true))),
    resumeCluster: async (request, call) => tell(await changed(request, call, suspended(false))),
  };

  function found(
    filter: ClusterFilter & { readonly limit: bigint; readonly continue: string },
    scope: Pick<PageRequest<RayCluster>, "namespace">,
  ): FindClustersResponse {
    const { limit, continue: token } = filter;
    const { items, next } = pageOf(list, { ...scope, limit, token, matches: clusterFilter(filter) });
    return create(FindClustersResponseSchema, { clusters: items.map(tell), continue: next });
  }

  function changed(
    request: NamedRequest,
    call: CallContext,
    change: (cluster: RayCluster) => RayCluster,
  ): Promise<RayCluster> {
    return changeCluster(ports, reads, { target: targetOf(request, call), change });
  }
}

function changeCluster(
  ports: ApiPorts,
  { findable }: ClusterReads,
  { target, change }: { readonly target: ChangeTarget; readonly change: (before: RayCluster) => RayCluster },
): Promise<RayCluster> {
  return changeObject(ports, target, { findable, change: (before) => checkedCluster(change(before)) });
}

/** A cluster that the operator will take. @throws SpecError */
function checkedCluster(cluster: RayCluster): RayCluster {
  checkCluster(cluster);
  return cluster;
}

/**
 * The change that a scale asks for.
 *
 * @throws ApiError `InvalidArgument` for a scale of nothing; the change throws for unknown groups and impossible sizes
 */
export function scaledCluster(scale: ClusterScale | undefined): (cluster: RayCluster) => RayCluster {
  const groups = scale?.groups ?? [];
  if (groups.length === 0)
    throw new ApiError("InvalidArgument", "scale.groups is empty: name the groups to scale, and their sizes");
  return (cluster) =>
    groups.reduce((each, group) => {
      checkGroup(each, group.groupName);
      return withGroup(each, group.groupName, (before) => scaledGroup(before, group));
    }, cluster);
}

const CREATE = "proto.CreateClusterRequest";

interface NamedRequest {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun?: boolean;
}

interface CallOf<Request> {
  readonly request: Request;
  readonly call: CallContext;
}

async function updateCluster(
  ports: ApiPorts,
  reads: ClusterReads,
  { request, call }: CallOf<UpdateClusterRequest>,
): Promise<RayCluster> {
  const { namespace, name } = request;
  const facts = creationFacts(ports, call);
  const cluster = withCaller(request.cluster, facts);
  const target = targetOf(request, call);
  checkCreateCluster({ $typeName: CREATE, namespace, ...(cluster && { cluster }) }, "v1");
  if (cluster?.name !== name)
    throw new ApiError(
      "InvalidArgument",
      `cluster.name must be "${name}" as in the path, but is "${cluster?.name}"`,
    );
  const templates = await templatesOf(ports, cluster.clusterSpec, target);
  const wanted = builtCluster(cluster);
  return changeCluster(ports, reads, { target, change: (before) => updatedCluster(before, wanted) });

  function builtCluster(message: Cluster): RayCluster {
    try {
      // Whoever reads a cluster and writes it back means its zeros.
      return rayClusterObject(message, templates, { ...facts, zeroMinimum: "zero" });
    } catch (error) {
      throw buildFailure(error, "Failed to update a Ray cluster");
    }
  }
}

async function patchGroup(
  ports: ApiPorts,
  reads: ClusterReads,
  { request, call }: CallOf<PatchWorkerGroupRequest>,
): Promise<RayCluster> {
  const { namespace, groupName, patch = create(WorkerGroupPatchSchema) } = request;
  const target = targetOf(request, call);
  const name = patch.computeTemplate;
  const template =
    name === undefined ? undefined : await findTemplate(ports, { namespace, name }, call.signal);
  if (name !== undefined && !template)
    throw new ApiError(
      "InvalidArgument",
      `patch.computeTemplate names no template of ${namespace}: "${name}"`,
    );
  return changeCluster(ports, reads, {
    target,
    change(cluster) {
      checkGroup(cluster, groupName);
      return withGroup(cluster, groupName, (group) => patchedGroup(group, patch, template));
    },
  });
}

function suspended(suspend: boolean): (cluster: RayCluster) => RayCluster {
  return (cluster) => ({ ...cluster, spec: { ...cluster.spec, suspend } });
}

function checkGroup({ metadata, spec }: RayCluster, groupName: string): void {
  const names = (spec.workerGroupSpecs ?? []).map((group) => group.groupName);
  if (names.includes(groupName)) return;
  throw new ApiError(
    "NotFound",
    `Worker group ${groupName} not found in cluster ${metadata.name}; it has ${names.join(", ") || "none"}`,
  );
}

function targetOf({ namespace, name, dryRun = false }: NamedRequest, { signal }: CallContext): ChangeTarget {
  if (name === "") throw invalidInput("Cluster name is empty. Please specify a valid value.");
  if (namespace === "") throw invalidInput("Namespace is empty. Please specify a valid value.");
  return { namespace, name, signal, isDryRun: dryRun };
}

/** Not spread: what a call makes only when it is looked at would stay behind. */
function dryRunOf({ caller, signal, version }: CallContext): CallContext & { readonly isDryRun: true } {
  return { caller, signal, version, isDryRun: true };
}
