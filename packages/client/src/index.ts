export { type Platform, STANDARD_PLATFORM } from "./platform.ts";
export type { ScalerCredentials } from "./scaler/credentials.ts";
export { type Environment, scalerOptionsFrom } from "./scaler/environment.ts";
export {
  type ClusterCall,
  type ClusterKind,
  type ClusterObject,
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
