import type { Access } from "@heliostat/identity";
import type { SERVICES, ServiceName } from "@heliostat/proto";
import type { StreamHandlers } from "../handlers.ts";

/** What a method does, in Kubernetes' words. Its namespace is the request's; without one it is all namespaces. */
export interface AccessRule extends Pick<Access, "verb" | "group" | "resource" | "subresource"> {
  /** The field of the request that names the object. @default any object */
  readonly nameField?: string;
}

/**
 * What a caller must be allowed to do before a method runs: the very thing that the method does to Kubernetes, as if
 * the caller did it himself with kubectl.
 */
export const ACCESS_RULES: {
  readonly [S in ServiceName]: Readonly<
    Record<keyof (typeof SERVICES)[S]["method"], readonly [AccessRule, ...AccessRule[]]>
  >;
} = {
  // A compute template is kept in a ConfigMap.
  ComputeTemplateService: {
    createComputeTemplate: [to("create", "configmaps")],
    getComputeTemplate: [to("get", "configmaps", "name")],
    listComputeTemplates: [to("list", "configmaps")],
    listAllComputeTemplates: [to("list", "configmaps")],
    deleteComputeTemplate: [to("delete", "configmaps", "name")],
  },
  ClusterService: {
    createCluster: [ray("create", "rayclusters")],
    getCluster: [ray("get", "rayclusters", "name")],
    listCluster: [ray("list", "rayclusters")],
    listAllClusters: [ray("list", "rayclusters")],
    deleteCluster: [ray("delete", "rayclusters", "name")],
  },
  RayJobService: {
    createRayJob: [ray("create", "rayjobs")],
    getRayJob: [ray("get", "rayjobs", "name")],
    listRayJobs: [ray("list", "rayjobs")],
    listAllRayJobs: [ray("list", "rayjobs")],
    deleteRayJob: [ray("delete", "rayjobs", "name")],
  },
  RayServeService: {
    createRayService: [ray("create", "rayservices")],
    // The object that is replaced is the one that the body names, whatever the path says (KubeRay rule).
    updateRayService: [ray("update", "rayservices", "service.name")],
    getRayService: [ray("get", "rayservices", "name")],
    listRayServices: [ray("list", "rayservices")],
    listAllRayServices: [ray("list", "rayservices")],
    deleteRayService: [ray("delete", "rayservices", "name")],
  },
  // Whoever may send requests to the services of a namespace could speak to the dashboard without us.
  RayJobSubmissionService: {
    submitRayJob: [ray("get", "rayclusters", "clustername"), proxy("create")],
    getJobDetails: [ray("get", "rayclusters", "clustername"), proxy("get")],
    getJobLog: [ray("get", "rayclusters", "clustername"), proxy("get")],
    listJobDetails: [ray("get", "rayclusters", "clustername"), proxy("get")],
    stopRayJob: [ray("get", "rayclusters", "clustername"), proxy("create")],
    deleteRayJob: [ray("get", "rayclusters", "clustername"), proxy("delete")],
  },
  ClusterExtensionService: {
    findClusters: [ray("list", "rayclusters")],
    findAllClusters: [ray("list", "rayclusters")],
    dryRunCluster: [ray("create", "rayclusters")],
    updateCluster: [ray("update", "rayclusters", "name")],
    scaleCluster: [ray("update", "rayclusters", "name")],
    patchWorkerGroup: [ray("update", "rayclusters", "name")],
    suspendCluster: [ray("update", "rayclusters", "name")],
    resumeCluster: [ray("update", "rayclusters", "name")],
  },
  WorkloadExtensionService: {
    // The cluster of a job is named by the job's status, not by the caller.
    scaleRayJob: [ray("get", "rayjobs", "name"), ray("update", "rayclusters")],
    suspendRayJob: [ray("update", "rayjobs", "name")],
    resumeRayJob: [ray("update", "rayjobs", "name")],
    suspendRayService: [ray("update", "rayservices", "name")],
    resumeRayService: [ray("update", "rayservices", "name")],
  },
  TemplateExtensionService: {
    createTemplate: [to("create", "configmaps")],
    getTemplate: [to("get", "configmaps", "name")],
    listTemplates: [to("list", "configmaps")],
  },
};

/** The same for methods that answer with a stream. */
export const STREAM_RULES: Readonly<Record<keyof StreamHandlers, readonly [AccessRule, ...AccessRule[]]>> = {
  watchClusters: [ray("watch", "rayclusters")],
  watchAllClusters: [ray("watch", "rayclusters")],
  tailJobLog: [ray("get", "rayclusters", "clustername"), proxy("get")],
};

/** The accesses of one request. */
export function accessesOf(rules: readonly AccessRule[], request: object): readonly Access[] {
  const namespace = fieldOf(request, "namespace");
  return rules.map(({ nameField, verb, group, resource, subresource }) => {
    const name = nameField === undefined ? "" : fieldOf(request, nameField);
    return {
      verb,
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== "" && { namespace }),
      ...(name !== "" && { name }),
    };
  });
}

function fieldOf(request: object, path: string): string {
  const direct = (request as Readonly<Record<string, unknown>>)[path];
  if (typeof direct === "string") return direct;
  let value: unknown = request;
  for (const name of path.split("."))
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "string" ? value : "";
}

function to(verb: string, resource: string, nameField?: string): AccessRule {
  return { verb, group: "", resource, ...(nameField !== undefined && { nameField }) };
}

function ray(verb: string, resource: string, nameField?: string): AccessRule {
  return { ...to(verb, resource, nameField), group: "ray.io" };
}

function proxy(verb: string): AccessRule {
  return { ...to(verb, "services"), subresource: "proxy" };
}
