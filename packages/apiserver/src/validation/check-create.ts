import type {
  CreateClusterRequest,
  CreateComputeTemplateRequest,
  CreateRayJobRequest,
  CreateRayServiceRequest,
  UpdateRayServiceRequest,
} from "@heliostat/proto";
import { ApiError } from "../errors/api-error.ts";
import { invalidInput } from "../errors/failures.ts";
import type { ApiVersion } from "../handlers.ts";
import { clusterSpecFault } from "./cluster-spec-faults.ts";
import { type Fault, firstFault } from "./first-fault.ts";

/*
 * What KubeRay's API server checks before it makes anything: the same order, the same words, the first fault alone.
 * An absent object counts as an empty one; KubeRay's server dies of it when it comes over gRPC.
 */

const EMPTY_NAMESPACE = "Namespace is empty. Please specify a valid value.";

/** @throws ApiError `InvalidArgument` */
export function checkCreateCluster(request: CreateClusterRequest, version: ApiVersion): void {
  const { cluster, namespace } = request;
  refuse(
    "Validate create cluster request failed.",
    firstFault([
      [namespace === "", EMPTY_NAMESPACE],
      [
        namespace !== (cluster?.namespace ?? ""),
        "The namespace in the request is different from the namespace in the cluster definition.",
      ],
      [!cluster?.name, "Cluster name is empty. Please specify a valid value."],
      [!cluster?.user, "User who create the cluster is empty. Please specify a valid value."],
    ]) ?? clusterSpecFault(cluster?.clusterSpec, version),
  );
}

/** @throws ApiError `InvalidArgument` */
export function checkCreateTemplate({ computeTemplate, namespace }: CreateComputeTemplateRequest): void {
  refuse(
    "Validate compute template runtime request failed.",
    firstFault([
      [namespace === "", EMPTY_NAMESPACE],
      [
        namespace !== (computeTemplate?.namespace ?? ""),
        "The namespace in the request is different from the namespace defined in the compute template.",
      ],
      [!computeTemplate?.name, "Compute template name is empty. Please specify a valid value."],
      [!computeTemplate?.cpu, "Cpu amount is zero. Please specify a valid value."],
      [!computeTemplate?.memory, "Memory amount is zero. Please specify a valid value."],
    ]),
  );
}

/** A job on a cluster that exists needs no spec of one. @throws ApiError `InvalidArgument` */
export function checkCreateJob({ job, namespace }: CreateRayJobRequest, version: ApiVersion): void {
  // With a selector KubeRay looks at no spec, and then dies of one without a head: one that is there must be whole.
  const isSpecless = Object.keys(job?.clusterSelector ?? {}).length > 0 && !job?.clusterSpec;
  refuse(
    "Validate job request failed.",
    firstFault([
      [namespace === "", EMPTY_NAMESPACE],
      [
        namespace !== (job?.namespace ?? ""),
        "The namespace in the request is different from the namespace in the job definition.",
      ],
      [!job?.name, "Job name is empty. Please specify a valid value."],
      [!job?.user, "User who create the job is empty. Please specify a valid value."],
    ]) ?? (isSpecless ? undefined : clusterSpecFault(job?.clusterSpec, version)),
  );
}

/** @throws ApiError `InvalidArgument` */
export function checkCreateService(request: CreateRayServiceRequest, version: ApiVersion): void {
  const { service, namespace } = request;
  refuse(
    "Validate create service request failed.",
    firstFault([
      [namespace === "", EMPTY_NAMESPACE],
      ...bodyFaults(service, namespace),
      [!service?.user, "User who created the Service is empty. Please specify a valid value."],
    ]) ?? clusterSpecFault(service?.clusterSpec, version),
  );
}

/** @throws ApiError `InvalidArgument` */
export function checkUpdateService(request: UpdateRayServiceRequest, version: ApiVersion): void {
  const { service, namespace, name } = request;
  refuse(
    "Validate update service request failed.",
    firstFault([
      [name === "", "Name is empty. Please specify a valid value."],
      [namespace === "", EMPTY_NAMESPACE],
      ...bodyFaults(service, namespace),
      [!service?.user, "User who updated the Service is empty. Please specify a valid value."],
    ]) ?? clusterSpecFault(service?.clusterSpec, version),
  );
  // KubeRay updates whatever the body names; two names in one request are somebody's mistake.
  if (service?.name !== name)
    throw new ApiError(
      "InvalidArgument",
      `Cannot update service ${name}: the body's name is "${service?.name}"; name the same service in both`,
    );
}

function bodyFaults(service: CreateRayServiceRequest["service"], namespace: string): readonly Fault[] {
  return [
    [!service, "Service is empty, please input a valid payload."],
    [
      namespace !== (service?.namespace ?? ""),
      "The namespace in the request is different from the namespace in the service definition.",
    ],
    [!service?.name, "Service name is empty. Please specify a valid value."],
  ];
}

function refuse(prefix: string, sentence: string | undefined): void {
  if (sentence !== undefined) throw invalidInput(sentence, prefix);
}
