import type { Config } from "../config.ts";
import type { OidcChoice } from "../identity/oidc-choice.ts";
import type { ScalerIdentityChoice } from "../identity/scaler-choice.ts";
import type { ListenAddress } from "../scaler/listen-address.ts";
import type { LogLevel } from "../system/logger.ts";

/** What commander makes of the flags of `heliostat scaler`. */
export interface ScalerFlags extends OidcChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly listen: ListenAddress;
  readonly identity: ScalerIdentityChoice;
  readonly namespace?: string;
  readonly tiers?: string;
  readonly maxReplicas?: number;
  readonly mode: "set" | "floor" | "pin";
  readonly tellApart: boolean;
  readonly wholeTier: boolean;
  readonly requestsPerMinute: number;
  readonly logLevel: LogLevel;
}

export interface ScalerContext {
  readonly config: Config;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
}
