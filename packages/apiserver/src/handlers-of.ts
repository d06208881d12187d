import type { Handlers, StreamHandlers } from "./handlers.ts";
import { clusterCalls, clusterReads } from "./methods/cluster-calls.ts";
import { clusterExtensionCalls } from "./methods/cluster-extension-calls.ts";
import { jobCalls, jobReads } from "./methods/job-calls.ts";
import { serviceCalls, serviceReads } from "./methods/service-calls.ts";
import { streamCalls } from "./methods/stream-calls.ts";
import { submissionCalls } from "./methods/submission-calls.ts";
import { templateCalls, templateReads } from "./methods/template-calls.ts";
import { templateExtensionCalls } from "./methods/template-extension-calls.ts";
import { workloadExtensionCalls } from "./methods/workload-extension-calls.ts";
import type { ApiPorts } from "./ports.ts";

/**
 * A handler for every method of the API: check, convert, ask a port, convert back.
 *
 * Lists and most reads come from the caches and cost Kubernetes nothing. A write is answered once the caches show it,
 * so that whoever lists next finds it.
 */
export function handlersOf(ports: ApiPorts): Handlers {
  const clusters = clusterReads(ports);
  const templates = templateReads(ports);
  const jobs = jobReads(ports);
  const services = serviceReads(ports);
  return {
    ComputeTemplateService: templateCalls(ports, templates),
    ClusterService: clusterCalls(ports, clusters),
    RayJobService: jobCalls(ports, jobs),
    RayServeService: serviceCalls(ports, services),
    RayJobSubmissionService: submissionCalls(ports, clusters),
    ClusterExtensionService: clusterExtensionCalls(ports, clusters),
    TemplateExtensionService: templateExtensionCalls(ports, templates),
    WorkloadExtensionService: workloadExtensionCalls(ports, { clusters, jobs, services }),
  };
}

/** A handler for every method that answers with a stream, from the same ports. */
export function streamsOf(ports: ApiPorts): StreamHandlers {
  return streamCalls(ports, clusterReads(ports));
}
