export { type ApiClient, type ApiClientOptions, apiClient } from "./apiserver/api-client.ts";
export { ApiClientError } from "./apiserver/api-client-error.ts";
export type { ApiCallOptions, ServiceClient } from "./apiserver/service-client.ts";
export { type Platform, STANDARD_PLATFORM } from "./platform.ts";
export type { ClusterObject } from "./scaler/cluster-object.ts";
export type { ScalerCredentials } from "./scaler/credentials.ts";
export { type Environment, scalerOptionsFrom } from "./scaler/environment.ts";
export {
  type ClusterCall,
  type ClusterKind,
  type RestartAnswer,
  type RestartStatus,
  type RollCall,
  type ScaleAnswer,
  type ScaleCall,
  type ScalerClient,
  type ScalerClientOptions,
  scalerClient,
  type WaitCall,
} from "./scaler/scaler-client.ts";
export { ScalerError } from "./scaler/scaler-error.ts";
export type { ScalerAnswer } from "./scaler/scaler-http.ts";
