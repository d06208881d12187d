export { ApiError, type ApiErrorOptions, GRPC_CODE, type GrpcCode } from "./errors/api-error.ts";
export type { ApiVersion, CallContext, Handler, Handlers } from "./handlers.ts";
