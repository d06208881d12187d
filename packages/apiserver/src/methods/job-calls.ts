import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { isKubeError, nameOf } from "@heliostat/kube";
import {
  type CreateRayJobRequest,
  type RayJob as JobMessage,
  ListAllRayJobsResponseSchema,
  ListRayJobsResponseSchema,
} from "@heliostat/proto";
import { RAY_JOBS, type RayJob } from "@heliostat/ray";
import { buildFailure, invalidInput, notFound, writeFailure } from "../errors/failures.ts";
import type { CallContext, Handlers } from "../handlers.ts";
import { jobMessage } from "../objects/jobs/job-message.ts";
import { rayJobObject } from "../objects/jobs/ray-job.ts";
import type { ApiPorts } from "../ports.ts";
import { type Findable, findManaged, isManaged } from "../reading/find-object.ts";
import { pageOf } from "../reading/page.ts";
import { SortedList } from "../reading/sorted-list.ts";
import { ToldMessages } from "../reading/told-messages.ts";
import { untilGone, untilShown } from "../reading/until-shown.ts";
import { checkCreateJob } from "../validation/check-create.ts";
import { checkOwner } from "./check-object.ts";
import { creationFacts, withCaller } from "./creation.ts";
import { templatesOf } from "./templates-of.ts";

/** What the calls about jobs share. */
export interface JobReads {
  readonly findable: Findable<RayJob>;
  /** A job as the API tells it: without its events (KubeRay rule). */
  readonly tell: (job: RayJob) => JobMessage;
}

export function jobReads({ caches }: Pick<ApiPorts, "caches">): JobReads {
  const told = new ToldMessages(jobMessage);
  return {
    findable: { resource: RAY_JOBS, cache: caches.jobs, noun: "Job" },
    tell: (job) => told.of(job, []),
  };
}

/** The calls of `RayJobService`. */
export function jobCalls(ports: ApiPorts, { findable, tell }: JobReads): Handlers["RayJobService"] {
  const list = new SortedList(ports.caches.jobs, isManaged);
  return {
    createRayJob: async (request, call) => tell(await createJob(ports, request, call)),
    async getRayJob({ name, namespace }, { signal }) {
      checkTarget(name, namespace);
      return tell(await findManaged(ports, findable, { name, namespace, signal }));
    },
    async listRayJobs({ namespace, limit, continue: token }) {
      if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
      const { items, next } = pageOf(list, { namespace, limit, token });
      return create(ListRayJobsResponseSchema, { jobs: items.map(tell), continue: next });
    },
    async listAllRayJobs({ limit, continue: token }) {
      const { items, next } = pageOf(list, { limit, token });
      return create(ListAllRayJobsResponseSchema, { jobs: items.map(tell), continue: next });
    },
    async deleteRayJob({ name, namespace }, { signal }) {
      checkTarget(name, namespace);
      const job = await findManaged(ports, findable, { name, namespace, signal });
      await deleteJob(ports, job, signal);
      return create(EmptySchema);
    },
  };
}

async function createJob(ports: ApiPorts, request: CreateRayJobRequest, call: CallContext): Promise<RayJob> {
  const facts = creationFacts(ports, call);
  const job = withCaller(request.job, facts);
  checkCreateJob({ ...request, ...(job && { job }) }, call.version);
  const { namespace, name, clusterSpec } = job as JobMessage;
  const { signal } = call;
  const templates = await templatesOf(ports, clusterSpec, { namespace, name, signal });
  const object = builtJob();
  try {
    const created = await ports.client.create(RAY_JOBS, object, { signal });
    await untilShown(ports.caches.jobs, created, { clock: ports.clock, signal });
    return created;
  } catch (error) {
    throw writeFailure(error, `Failed to create a job for (${namespace}/${name})`);
  }

  function builtJob(): RayJob {
    try {
      const built = rayJobObject(job as JobMessage, templates, facts);
      checkOwner(built, built.spec.rayClusterSpec);
      return built;
    } catch (error) {
      throw buildFailure(error, "Failed to create a Ray Job");
    }
  }
}

async function deleteJob(ports: ApiPorts, job: RayJob, signal: AbortSignal): Promise<void> {
  const { name } = job.metadata;
  try {
    await ports.client.delete(RAY_JOBS, nameOf(job), { signal });
  } catch (error) {
    if (isKubeError(error, "NotFound")) throw notFound(`Job ${name} not found`, error);
    throw writeFailure(error, `Failed to delete job ${name}`);
  }
  await untilGone(ports.caches.jobs, job, { clock: ports.clock, signal });
}

const EMPTY_NAMESPACE = "job namespace is empty. Please specify a valid value.";

function checkTarget(name: string, namespace: string): void {
  if (name === "") throw invalidInput("job name is empty. Please specify a valid value.");
  if (namespace === "") throw invalidInput(EMPTY_NAMESPACE);
}
