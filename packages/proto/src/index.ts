export * from "../gen/cluster_pb.ts";
export * from "../gen/config_pb.ts";
export { FieldBehavior, field_behavior } from "../gen/google/api/field_behavior_pb.ts";
export { type Status, StatusSchema } from "../gen/google/rpc/status_pb.ts";
export * from "../gen/job_pb.ts";
export * from "../gen/job_submission_pb.ts";
export * from "../gen/serve_pb.ts";
export { type Binding, bindingOf, type HttpVerb } from "./bindings.ts";
export { SERVICES, type ServiceName } from "./services.ts";
