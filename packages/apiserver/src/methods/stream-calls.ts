import { create } from "@bufbuild/protobuf";
import { type ClusterChange, ClusterChangeSchema, type LogPiece, LogPieceSchema } from "@heliostat/proto";
import { isRayError, type RayCluster } from "@heliostat/ray";
import { invalidInput } from "../errors/failures.ts";
import type { StreamHandlers } from "../handlers.ts";
import type { ApiPorts } from "../ports.ts";
import { changesOf } from "../reading/changes-of.ts";
import { isManaged } from "../reading/find-object.ts";
import type { ClusterReads } from "./cluster-calls.ts";
import { clusterFilter } from "./cluster-filter.ts";
import {
  checkSubmissionId,
  dashboards,
  known,
  type SubmissionTarget,
  unknownJob,
} from "./submission-calls.ts";

/** The calls whose answers do not end by themselves. */
export function streamCalls(ports: ApiPorts, reads: ClusterReads): StreamHandlers {
  const dashboard = dashboards(ports, reads);
  return {
    async watchClusters(request, { signal }) {
      const { namespace } = request;
      if (namespace === "") throw invalidInput("Namespace is empty. Please specify a valid value.");
      const passes = clusterFilter(request);
      return changes((cluster) => cluster.metadata.namespace === namespace && passes(cluster), signal);
    },
    watchAllClusters: async (request, { signal }) => changes(clusterFilter(request), signal),
    async tailJobLog(request, call) {
      checkSubmissionId(request);
      const ray = await dashboard(request, call);
      // Ray says so only within the stream, when it is too late to refuse.
      await known(request, ray.job(request.submissionid, { signal: call.signal }));
      return pieces(request, ray.tailJobLogs(request.submissionid, { signal: call.signal }));
    },
  };

  async function* changes(
    matches: (cluster: RayCluster) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ClusterChange> {
    const all = changesOf(ports.caches.clusters, {
      matches: (cluster) => isManaged(cluster) && matches(cluster),
      signal,
    });
    for await (const change of all)
      yield create(ClusterChangeSchema, {
        type: change.type,
        ...("object" in change && { cluster: reads.tell(change.object) }),
      });
  }
}

async function* pieces(
  { submissionid }: SubmissionTarget,
  texts: AsyncIterable<string>,
): AsyncGenerator<LogPiece> {
  try {
    for await (const text of texts) yield create(LogPieceSchema, { text });
  } catch (error) {
    if (isRayError(error, "NotFound")) throw unknownJob(submissionid, error);
    throw error;
  }
}
