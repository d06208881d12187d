import { type JobDetails, type JobRequest, type JobStatus, RayError, type RayNode } from "@heliostat/ray";

type Fields = Readonly<Record<string, unknown>>;

const JOB_STATUSES: readonly JobStatus[] = ["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"];

/** A job request as Ray's HTTP API spells it. */
export function jobRequestJson(request: JobRequest): Fields {
  return withoutUndefined({
    entrypoint: request.entrypoint,
    submission_id: request.submissionId,
    runtime_env: request.runtimeEnv,
    metadata: request.metadata,
    entrypoint_num_cpus: request.entrypointNumCpus,
    entrypoint_num_gpus: request.entrypointNumGpus,
    entrypoint_memory: request.entrypointMemoryBytes,
    entrypoint_resources: request.entrypointResources,
    entrypoint_label_selector: request.entrypointLabelSelector,
  });
}

/** A job as Ray's HTTP API describes it. @throws RayError `Unexpected` when it makes no sense */
export function jobDetails(json: unknown): JobDetails {
  const fields = fieldsOf(json, "a job");
  const status = fields["status"] as JobStatus;
  if (!JOB_STATUSES.includes(status))
    throw new RayError("Unexpected", `Cannot read a job: status is "${String(status)}"`);
  const driver = fields["driver_info"] as Fields | null | undefined;
  return withoutUndefined({
    type: fields["type"] === "DRIVER" ? ("DRIVER" as const) : ("SUBMISSION" as const),
    status,
    entrypoint: String(fields["entrypoint"] ?? ""),
    submissionId: text(fields["submission_id"]),
    jobId: text(fields["job_id"]),
    driver: driver
      ? {
          id: String(driver["id"]),
          nodeIpAddress: String(driver["node_ip_address"]),
          pid: String(driver["pid"]),
        }
      : undefined,
    message: text(fields["message"]),
    errorType: text(fields["error_type"]),
    startTimeMs: number(fields["start_time"]),
    endTimeMs: number(fields["end_time"]),
    metadata: (fields["metadata"] as Readonly<Record<string, string>> | null) ?? undefined,
    runtimeEnv: (fields["runtime_env"] as Fields | null) ?? undefined,
    driverAgentHttpAddress: text(fields["driver_agent_http_address"]),
    driverNodeId: text(fields["driver_node_id"]),
    driverExitCode: number(fields["driver_exit_code"]),
  }) as JobDetails;
}

/** A node as Ray's state API describes it. */
export function rayNode(json: unknown): RayNode {
  const fields = fieldsOf(json, "a node");
  return withoutUndefined({
    nodeId: String(fields["node_id"]),
    ip: String(fields["node_ip"]),
    state: fields["state"] === "ALIVE" ? ("ALIVE" as const) : ("DEAD" as const),
    stateMessage: text(fields["state_message"]),
    isHead: fields["is_head_node"] === true,
    resources: (fields["resources_total"] as Readonly<Record<string, number>> | null) ?? {},
    labels: (fields["labels"] as Readonly<Record<string, string>> | null) ?? {},
  }) as RayNode;
}

/** The fields of a JSON object. @throws RayError `Unexpected` */
export function fieldsOf(json: unknown, what: string): Fields {
  if (typeof json === "object" && json !== null) return json as Fields;
  throw new RayError("Unexpected", `Cannot read ${what}: Ray sent ${JSON.stringify(json)?.slice(0, 80)}`);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function withoutUndefined<T extends Fields>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
