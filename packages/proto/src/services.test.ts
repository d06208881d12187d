import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { describe, expect, test } from "vitest";
import { file_cluster } from "../gen/cluster_pb.ts";
import { file_config } from "../gen/config_pb.ts";
import { file_job } from "../gen/job_pb.ts";
import { file_job_submission } from "../gen/job_submission_pb.ts";
import { file_serve } from "../gen/serve_pb.ts";
import { bindingOf } from "./bindings.ts";
import { SERVICES } from "./services.ts";

const FILES = [file_config, file_cluster, file_job, file_serve, file_job_submission];
const MESSAGES = new Map(
  FILES.flatMap((file) => [...nestedTypes(file)])
    .filter((type) => type.kind === "message")
    .map((message) => [message.typeName.replace("proto.", ""), message]),
);
const ENUMS = FILES.flatMap((file) => [...nestedTypes(file)]).filter((type) => type.kind === "enum");

/** KubeRay's methods: `verb path, body -> answer`; `N` stands for `/apis/v1/namespaces/{namespace}`. */
const METHODS: Readonly<Record<string, string>> = {
  "ClusterService.CreateCluster": "POST N/clusters, cluster -> Cluster",
  "ClusterService.GetCluster": "GET N/clusters/{name} -> Cluster",
  "ClusterService.ListCluster": "GET N/clusters -> ListClustersResponse",
  "ClusterService.ListAllClusters": "GET /apis/v1/clusters -> ListAllClustersResponse",
  "ClusterService.DeleteCluster": "DELETE N/clusters/{name} -> Empty",
  "ComputeTemplateService.CreateComputeTemplate":
    "POST N/compute_templates, compute_template -> ComputeTemplate",
  "ComputeTemplateService.GetComputeTemplate": "GET N/compute_templates/{name} -> ComputeTemplate",
  "ComputeTemplateService.ListComputeTemplates": "GET N/compute_templates -> ListComputeTemplatesResponse",
  "ComputeTemplateService.ListAllComputeTemplates":
    "GET /apis/v1/compute_templates -> ListAllComputeTemplatesResponse",
  "ComputeTemplateService.DeleteComputeTemplate": "DELETE N/compute_templates/{name} -> Empty",
  "RayJobService.CreateRayJob": "POST N/jobs, job -> RayJob",
  "RayJobService.GetRayJob": "GET N/jobs/{name} -> RayJob",
  "RayJobService.ListRayJobs": "GET N/jobs -> ListRayJobsResponse",
  "RayJobService.ListAllRayJobs": "GET /apis/v1/jobs -> ListAllRayJobsResponse",
  "RayJobService.DeleteRayJob": "DELETE N/jobs/{name} -> Empty",
  "RayServeService.CreateRayService": "POST N/services, service -> RayService",
  "RayServeService.UpdateRayService": "PUT N/services/{name}, service -> RayService",
  "RayServeService.GetRayService": "GET N/services/{name} -> RayService",
  "RayServeService.ListRayServices": "GET N/services -> ListRayServicesResponse",
  "RayServeService.ListAllRayServices": "GET /apis/v1/services -> ListAllRayServicesResponse",
  "RayServeService.DeleteRayService": "DELETE N/services/{name} -> Empty",
  "RayJobSubmissionService.SubmitRayJob":
    "POST N/jobsubmissions/{clustername}, jobsubmission -> SubmitRayJobReply",
  "RayJobSubmissionService.GetJobDetails":
    "GET N/jobsubmissions/{clustername}/{submissionid} -> JobSubmissionInfo",
  "RayJobSubmissionService.GetJobLog":
    "GET N/jobsubmissions/{clustername}/log/{submissionid} -> GetJobLogReply",
  "RayJobSubmissionService.ListJobDetails": "GET N/jobsubmissions/{clustername} -> ListJobSubmissionInfo",
  "RayJobSubmissionService.StopRayJob": "POST N/jobsubmissions/{clustername}/{submissionid} -> Empty",
  "RayJobSubmissionService.DeleteRayJob": "DELETE N/jobsubmissions/{clustername}/{submissionid} -> Empty",
};

/** KubeRay's fields, in the order of their numbers from 1: `name type`, `-` where a number is not KubeRay's. */
const FIELDS: Readonly<Record<string, string>> = {
  CreateClusterRequest: "cluster Cluster, namespace string",
  CreateComputeTemplateRequest: "compute_template ComputeTemplate, namespace string",
  CreateRayJobRequest: "job RayJob, namespace string",
  CreateRayServiceRequest: "service RayService, namespace string",
  UpdateRayServiceRequest: "service RayService, namespace string, name string",
  GetClusterRequest: "name string, namespace string",
  DeleteClusterRequest: "name string, namespace string",
  GetComputeTemplateRequest: "name string, namespace string",
  DeleteComputeTemplateRequest: "name string, namespace string",
  GetRayJobRequest: "name string, namespace string",
  DeleteRayJobRequest: "name string, namespace string",
  GetRayServiceRequest: "name string, namespace string",
  DeleteRayServiceRequest: "name string, namespace string",
  ListClustersRequest: "namespace string, continue string, limit int64",
  ListRayJobsRequest: "namespace string, continue string, limit int64",
  ListAllClustersRequest: "continue string, limit int64",
  ListAllRayJobsRequest: "continue string, limit int64",
  ListClustersResponse: "clusters Cluster[], continue string",
  ListAllClustersResponse: "clusters Cluster[], continue string",
  ListRayJobsResponse: "jobs RayJob[], continue string",
  ListAllRayJobsResponse: "jobs RayJob[], continue string",
  ListRayServicesRequest: "namespace string, page_token string, page_size int32",
  ListAllRayServicesRequest: "page_token string, page_size int32",
  ListRayServicesResponse: "services RayService[], total_size int32, next_page_token string",
  ListAllRayServicesResponse: "services RayService[], total_size int32, next_page_token string",
  ListComputeTemplatesRequest: "namespace string",
  ListAllComputeTemplatesRequest: "",
  ListComputeTemplatesResponse: "compute_templates ComputeTemplate[]",
  ListAllComputeTemplatesResponse: "compute_templates ComputeTemplate[]",
  SubmitRayJobRequest: "namespace string, clustername string, jobsubmission RayJobSubmission",
  SubmitRayJobReply: "submission_id string",
  GetJobDetailsRequest: "namespace string, clustername string, submissionid string",
  GetJobLogRequest: "namespace string, clustername string, submissionid string",
  StopRayJobSubmissionRequest: "namespace string, clustername string, submissionid string",
  DeleteRayJobSubmissionRequest: "namespace string, clustername string, submissionid string",
  ListJobDetailsRequest: "namespace string, clustername string",
  ListJobSubmissionInfo: "submissions JobSubmissionInfo[]",
  GetJobLogReply: "log string",
  Cluster:
    "name string, namespace string, user string, version string, environment Cluster.Environment, cluster_spec ClusterSpec, annotations map<string>, envs EnvironmentVariables, created_at Timestamp, deleted_at Timestamp, cluster_state string, events ClusterEvent[], service_endpoint map<string>",
  ClusterSpec:
    "head_group_spec HeadGroupSpec, worker_group_spec WorkerGroupSpec[], enableInTreeAutoscaling bool, autoscalerOptions AutoscalerOptions, headServiceAnnotations map<string>",
  HeadGroupSpec:
    "compute_template string, image string, service_type string, enableIngress bool, ray_start_params map<string>, volumes Volume[], service_account string, image_pull_secret string, environment EnvironmentVariables, annotations map<string>, labels map<string>, imagePullPolicy string, security_context SecurityContext",
  WorkerGroupSpec:
    "group_name string, compute_template string, image string, replicas int32, min_replicas int32, max_replicas int32, ray_start_params map<string>, volumes Volume[], service_account string, image_pull_secret string, environment EnvironmentVariables, annotations map<string>, labels map<string>, imagePullPolicy string, security_context SecurityContext",
  AutoscalerOptions:
    "idleTimeoutSeconds int32, upscalingMode string, image string, imagePullPolicy string, cpu string, memory string, envs EnvironmentVariables, volumes Volume[]",
  EnvironmentVariables: "values map<string>, valuesFrom map<EnvValueFrom>",
  EnvValueFrom: "source EnvValueFrom.Source, name string, key string",
  Volume:
    "mount_path string, volume_type Volume.VolumeType, name string, source string, read_only bool, host_path_type Volume.HostPathType, mount_propagation_mode Volume.MountPropagationMode, storageClassName string, accessMode Volume.AccessMode, storage string, items map<string>",
  SecurityContext: "capabilities Capabilities, privileged bool?",
  Capabilities: "add string[], drop string[]",
  ClusterEvent:
    "id string, name string, created_at Timestamp, first_timestamp Timestamp, last_timestamp Timestamp, reason string, message string, type string, count int32",
  RayServiceEvent:
    "id string, name string, created_at Timestamp, first_timestamp Timestamp, last_timestamp Timestamp, reason string, message string, type string, count int32",
  ComputeTemplate:
    "name string, namespace string, cpu uint32, memory uint32, gpu uint32, gpu_accelerator string, tolerations PodToleration[], extended_resources map<uint32>, memory_unit string",
  PodToleration: "key string, operator string, value string, effect string",
  RayJob:
    "name string, namespace string, user string, entrypoint string, metadata map<string>, runtime_env string, job_id string, shutdown_after_job_finishes bool, cluster_selector map<string>, cluster_spec ClusterSpec, ttl_seconds_after_finished int32, created_at Timestamp, delete_at Timestamp, job_status string, job_deployment_status string, message string, jobSubmitter RayJobSubmitter, entrypointNumCpus float, entrypointNumGpus float, entrypointResources string, version string, start_time Timestamp, end_time Timestamp, ray_cluster_name string, activeDeadlineSeconds int32",
  RayJobSubmitter: "image string, cpu string, memory string",
  RayService:
    "name string, namespace string, user string, -, cluster_spec ClusterSpec, ray_service_status RayServiceStatus, created_at Timestamp, delete_at Timestamp, serve_config_V2 string, service_unhealthy_second_threshold int32, deployment_unhealthy_second_threshold int32, version string",
  RayServiceStatus:
    "application_status string, application_message string, serve_deployment_status ServeDeploymentStatus[], ray_service_events RayServiceEvent[], ray_cluster_name string, ray_cluster_state string, service_endpoint map<string>, serve_application_status ServeApplicationStatus[]",
  ServeApplicationStatus:
    "name string, status string, message string, serve_deployment_status ServeDeploymentStatus[]",
  ServeDeploymentStatus: "deployment_name string, status string, message string",
  WorkerGroupUpdateSpec: "group_name string, replicas int32, min_replicas int32, max_replicas int32",
  RayJobSubmission:
    "entrypoint string, submission_id string, metadata map<string>, runtime_env string, entrypoint_num_cpus float, entrypoint_num_gpus float, entrypoint_resources map<string>",
  JobSubmissionInfo:
    "entrypoint string, job_id string, submission_id string, status string, message string, error_type string, start_time uint64, end_time uint64, metadata map<string>, runtime_env map<string>",
};

/** KubeRay's enums, in the order of their numbers from 0. */
const ENUM_VALUES: Readonly<Record<string, string>> = {
  "Cluster.Environment": "DEV, TESTING, STAGING, PRODUCTION",
  "EnvValueFrom.Source": "CONFIGMAP, SECRET, RESOURCEFIELD, FIELD",
  "Volume.VolumeType": "PERSISTENT_VOLUME_CLAIM, HOST_PATH, EPHEMERAL, CONFIGMAP, SECRET, EMPTY_DIR",
  "Volume.HostPathType": "DIRECTORY, FILE",
  "Volume.MountPropagationMode": "NONE, HOSTTOCONTAINER, BIDIRECTIONAL",
  "Volume.AccessMode": "RWO, ROX, RWX",
};

/** Messages that only v1alpha2 speaks: their numbers are ours. */
const OURS = ["ServeDeploymentGraphSpec", "ServeConfig", "ActorOptions"];

const SCALARS: Readonly<Record<number, string>> = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  8: "bool",
  9: "string",
  13: "uint32",
};

describe("what clients of KubeRay's API server rely on", () => {
  test.each(Object.entries(METHODS))("%s is %s", (name, row) => {
    const [service = "", method = ""] = name.split(".");
    const descriptor = SERVICES[service as keyof typeof SERVICES].methods.find(
      (each) => each.name === method,
    );
    if (descriptor === undefined) throw new Error(`no method ${name}`);
    const { verb, path, body } = bindingOf(descriptor);
    const answer = descriptor.output.typeName.replace(/^.*\./, "");
    const short = path.replace("/apis/v1/namespaces/{namespace}", "N");
    expect(`${verb} ${short}${body && `, ${body}`} -> ${answer}`).toBe(row);
    expect(descriptor.methodKind).toBe("unary");
    expect(descriptor.parent.typeName).toBe(`proto.${service}`);
  });

  test("there are no other methods but in a package of our own, under paths of its own", () => {
    const all = Object.entries(SERVICES);
    const names = all
      .filter(([, { typeName }]) => typeName.startsWith("proto."))
      .flatMap(([service, { methods }]) => methods.map(({ name }) => `${service}.${name}`));
    const ours = all.filter(([, { typeName }]) => typeName.startsWith("heliostat.v1."));
    const paths = ours.flatMap(([, { methods }]) => methods.map((method) => bindingOf(method).path));
    expect(paths.filter((path) => !path.startsWith("/apis/heliostat/v1/"))).toEqual([]);
    expect(paths.length).toBeGreaterThan(0);
    expect(names.toSorted()).toEqual(Object.keys(METHODS).toSorted());
  });

  test.each(Object.entries(FIELDS))("%s has the fields of KubeRay", (name, row) => {
    const message = MESSAGES.get(name);
    if (message === undefined) throw new Error(`no message ${name}`);
    expect(fieldsText(message, row)).toBe(row);
  });

  test("there are no other messages than ours of v1alpha2", () => {
    expect([...MESSAGES.keys()].toSorted()).toEqual([...Object.keys(FIELDS), ...OURS].toSorted());
  });

  test("enums have the names and numbers of KubeRay", () => {
    const found = ENUMS.map(({ typeName, values }) => {
      expect(values.map(({ number }) => number)).toEqual(values.map((_, index) => index));
      return [typeName.replace("proto.", ""), values.map(({ name }) => name).join(", ")];
    });
    expect(Object.fromEntries(found)).toEqual(ENUM_VALUES);
  });

  test.each([
    ["ClusterSpec", "worker_group_spec", "workerGroupSpec"],
    ["RayService", "serve_config_V2", "serveConfigV2"],
    ["JobSubmissionInfo", "submission_id", "submissionId"],
    ["ActorOptions", "cpus_per_actor", "cpus"],
  ])("%s.%s is %s in JSON", (message, field, json) => {
    expect(MESSAGES.get(message)?.fields.find(({ name }) => name === field)?.jsonName).toBe(json);
  });
});

function fieldsText({ fields }: DescMessage, row: string): string {
  const byNumber = new Map(fields.map((field) => [field.number, field]));
  const wanted = row.split(", ");
  const last = Math.max(0, ...byNumber.keys());
  return Array.from({ length: last }, (_, index) => {
    const field = byNumber.get(index + 1);
    return wanted[index] === "-" || field === undefined ? "-" : `${field.name} ${typeText(field)}`;
  }).join(", ");
}

function typeText(field: DescField): string {
  if (field.fieldKind === "list") return `${elementText(field.listKind, field)}[]`;
  if (field.fieldKind === "map") return `map<${elementText(field.mapKind, field)}>`;
  return `${elementText(field.fieldKind, field)}${field.proto.proto3Optional ? "?" : ""}`;
}

function elementText(kind: string, { scalar, message, enum: values }: DescField): string {
  if (kind === "scalar") return SCALARS[scalar ?? 0] ?? "?";
  return (message ?? values)?.typeName.replace(/^(proto|google\.protobuf)\./, "") ?? "?";
}
