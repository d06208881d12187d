import { matchesLabels, parseLabelSelector } from "@heliostat/kube";
import type { FindAllClustersRequest } from "@heliostat/proto";
import type { RayCluster } from "@heliostat/ray";
import { ApiError } from "../errors/api-error.ts";
import { API_LABEL } from "../objects/vocabulary.ts";

/** What a list of clusters may be narrowed by; empty is any. */
export type ClusterFilter = Pick<
  FindAllClustersRequest,
  "user" | "environment" | "version" | "state" | "namePrefix" | "labelSelector"
>;

/** What a cluster without a state is called in filters. */
const PENDING = "pending";

/** Whether a cluster passes a filter. @throws ApiError `InvalidArgument` when the selector is none */
export function clusterFilter(filter: ClusterFilter): (cluster: RayCluster) => boolean {
  const { user, environment, version, state, namePrefix, labelSelector } = filter;
  const requirements = parsed(labelSelector);
  return ({ metadata, status }) => {
    const { labels = {}, name } = metadata;
    return (
      isOneOf(user, labels[API_LABEL.user]) &&
      isOneOf(environment, labels[API_LABEL.environment]) &&
      isOneOf(version, labels[API_LABEL.version]) &&
      isOneOf(state, status?.state || PENDING) &&
      name.startsWith(namePrefix) &&
      matchesLabels(requirements, labels)
    );
  };
}

function isOneOf(wanted: string, value: string | undefined): boolean {
  return wanted === "" || wanted === value;
}

function parsed(selector: string): ReturnType<typeof parseLabelSelector> {
  try {
    return parseLabelSelector(selector);
  } catch (cause) {
    throw new ApiError("InvalidArgument", `labelSelector: ${(cause as Error).message}`, { cause });
  }
}
