import type { AuthorizationMode } from "@heliostat/kube-embedded";
import type { StorageChoice } from "../laptop/storage-choice.ts";
import type { LogLevel } from "../system/logger.ts";

/** What the user wants pods to be. */
export type PodsWish = (typeof PODS_WISHES)[number];

export const PODS_WISHES = ["sandbox", "process", "simulated"] as const;

/** What `heliostat up` was asked for; every default is filled in. */
export interface UpOptions {
  /** Manifests to apply. @default the example cluster */
  readonly files: readonly string[];
  /** End after the job, or once everything is ready, instead of staying up. */
  readonly exits: boolean;
  readonly dataFolder: string;
  /** Where objects are kept. `up` again on the same ones is a reboot of the machine. */
  readonly storage: StorageChoice;
  /** The API's port; 0 takes a free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly isJson: boolean;
  /** Whether callers of the API may do everything, or what roles say. */
  readonly authorization: AuthorizationMode;
  /** A Ray of the user's own. */
  readonly ray: string | undefined;
  /** What pods are to be. @default sandboxes where they are possible, else simulated */
  readonly pods?: PodsWish;
  /** Let pods reach the host's network through a forwarding proxy. */
  readonly hasProxy: boolean;
  /** A file that adds to the image catalogue. */
  readonly imageCatalogue: string | undefined;
  /** What the node advertises; nothing enforces it. */
  readonly capacity: { readonly cpu: string; readonly memory: string; readonly gpu: string };
  /** Give up when a cluster is not ready after this long. 0: never. */
  readonly timeoutSeconds: number;
}
