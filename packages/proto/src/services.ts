import { ClusterService } from "../gen/cluster_pb.ts";
import { ComputeTemplateService } from "../gen/config_pb.ts";
import { ClusterExtensionService, TemplateExtensionService } from "../gen/extensions_pb.ts";
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
} = {
  ComputeTemplateService,
  ClusterService,
  RayJobService,
  RayServeService,
  RayJobSubmissionService,
  ClusterExtensionService,
  TemplateExtensionService,
};

export type ServiceName = keyof typeof SERVICES;
