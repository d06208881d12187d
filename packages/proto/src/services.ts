import { ClusterService } from "../gen/cluster_pb.ts";
import { ComputeTemplateService } from "../gen/config_pb.ts";
import {
  ClusterExtensionService,
  StreamService,
  TemplateExtensionService,
  WorkloadExtensionService,
} from "../gen/extensions_pb.ts";
import { RayJobService } from "../gen/job_pb.ts";
import { RayJobSubmissionService } from "../gen/job_submission_pb.ts";
import { RayServeService } from "../gen/serve_pb.ts";

/** Every service that the API server answers, by its name: five of KubeRay's, and what is ours alone. */
export const SERVICES: {
  readonly ComputeTemplateService: typeof ComputeTemplateService;
  readonly ClusterService: typeof ClusterService;
  readonly RayJobService: typeof RayJobService;
  readonly RayServeService: typeof RayServeService;
  readonly RayJobSubmissionService: typeof RayJobSubmissionService;
  readonly ClusterExtensionService: typeof ClusterExtensionService;
  readonly TemplateExtensionService: typeof TemplateExtensionService;
  readonly WorkloadExtensionService: typeof WorkloadExtensionService;
} = {
  ComputeTemplateService,
  ClusterService,
  RayJobService,
  RayServeService,
  RayJobSubmissionService,
  ClusterExtensionService,
  TemplateExtensionService,
  WorkloadExtensionService,
};

export type ServiceName = keyof typeof SERVICES;

/** The services whose answers are streams. */
export const STREAM_SERVICES: { readonly StreamService: typeof StreamService } = { StreamService };
