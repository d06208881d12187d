export {
  type ApiServer,
  type ApiServerOptions,
  apiServer,
  type ListenAddress,
} from "./api-server.ts";
export type { CertificateSource, ServerCertificate } from "./certificate.ts";
export { ApiError, type ApiErrorOptions, GRPC_CODE, type GrpcCode } from "./errors/api-error.ts";
export type {
  ApiVersion,
  CallContext,
  Handler,
  Handlers,
  StreamHandler,
  StreamHandlers,
} from "./handlers.ts";
export { handlersOf, streamsOf } from "./handlers-of.ts";
export type { V1Alpha2Style } from "./http/api-routes.ts";
export {
  type ExpansionTarget,
  type TemplateExpansion,
  templateExpansion,
} from "./methods/template-expansion.ts";
export type { ApiCaches, ApiPorts, ApiSettings, HeadAddress } from "./ports.ts";
export { type RunningCaches, startApiCaches } from "./reading/start-caches.ts";
