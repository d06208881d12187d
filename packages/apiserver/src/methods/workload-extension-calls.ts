import type { RayJob } from "@heliostat/ray";
import { ApiError } from "../errors/api-error.ts";
import { invalidInput } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import type { ApiPorts } from "../ports.ts";
import { findManaged } from "../reading/find-object.ts";
import { type ChangeTarget, changeObject } from "./change-object.ts";
import type { ClusterReads } from "./cluster-calls.ts";
import { scaledCluster } from "./cluster-extension-calls.ts";
import type { JobReads } from "./job-calls.ts";
import type { ServiceReads } from "./service-calls.ts";

export interface WorkloadReads {
  readonly clusters: Pick<ClusterReads, "findable">;
  readonly jobs: JobReads;
  readonly services: ServiceReads;
}

/** The calls of `WorkloadExtensionService`. */
export function workloadExtensionCalls(
  ports: ApiPorts,
  { clusters, jobs, services }: WorkloadReads,
): Handlers["WorkloadExtensionService"] {
  return {
    async scaleRayJob({ scale, ...request }, call) {
      const target = targetOf(request, call, "job");
      const job = await findManaged(ports, jobs.findable, target);
      const { findable } = clusters;
      // The cluster is the operator's, so it bears no mark of an API server.
      const change = { findable, change: scaledCluster(scale), isOwn: false };
      await changeObject(ports, { ...target, name: clusterNameOf(job) }, change);
      return jobs.tell(job);
    },
    suspendRayJob: async (request, call) => jobs.tell(await suspendedJob(request, call, true)),
    resumeRayJob: async (request, call) => jobs.tell(await suspendedJob(request, call, false)),
    suspendRayService: async (request, call) => suspendedService(request, call, true),
    resumeRayService: async (request, call) => suspendedService(request, call, false),
  };

  function suspendedJob(request: NamedRequest, call: CallContext, suspend: boolean): Promise<RayJob> {
    return changeObject(ports, targetOf(request, call, "job"), {
      findable: jobs.findable,
      change: (job) => checkedSuspension({ ...job, spec: { ...job.spec, suspend } }),
    });
  }

  async function suspendedService(request: NamedRequest, call: CallContext, suspend: boolean) {
    const service = await changeObject(ports, targetOf(request, call, "ray service"), {
      findable: services.findable,
      change: (before) => ({ ...before, spec: { ...before.spec, suspend } }),
    });
    return services.tell(service, call.version);
  }
}

interface NamedRequest {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun?: boolean;
}

function clusterNameOf({ metadata, status }: RayJob): string {
  const name = status?.rayClusterName;
  if (name) return name;
  throw new ApiError(
    "FailedPrecondition",
    `Cannot scale job ${metadata.name}: it has no cluster yet; try again once rayClusterName is there`,
  );
}

/** Suspending deletes the cluster, which a job on somebody else's may not (KubeRay rule). */
function checkedSuspension(job: RayJob): RayJob {
  const { suspend, clusterSelector } = job.spec;
  if (!suspend || Object.keys(clusterSelector ?? {}).length === 0) return job;
  throw new ApiError(
    "InvalidArgument",
    `Cannot suspend job ${job.metadata.name}: it runs on a cluster that its clusterSelector names; stop its submission`,
  );
}

function targetOf(request: NamedRequest, { signal }: CallContext, noun: string): ChangeTarget {
  const { namespace, name, dryRun = false } = request;
  if (name === "") throw invalidInput(`${noun} name is empty. Please specify a valid value.`);
  if (namespace === "") throw invalidInput(`${noun} namespace is empty. Please specify a valid value.`);
  return { namespace, name, signal, isDryRun: dryRun };
}
