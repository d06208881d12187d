import type { Caller, Credentials, TimedCache } from "@heliostat/identity";
import type { Clock, KubeClient } from "@heliostat/kube";
import type { AccessRules } from "../access/access.ts";
import type { OwnerRegister } from "../access/owner-register.ts";
import type { Answer } from "../answers/answer.ts";
import type { AuditTrail } from "../audit/audit-trail.ts";
import type { Directory } from "../clusters/directory.ts";
import type { Route } from "../routes/route.ts";
import type { ScalerSettings } from "../settings.ts";
import type { TierSource } from "../tiers/tier-source.ts";
import type { ClusterWriter } from "../writes/cluster-writer.ts";

/** One request, freed of HTTP. */
export interface Call {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** `{}` where there is none, or none that can be read. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: Caller | undefined;
  readonly credentials: Credentials;
}

/** What operations work with. */
export interface Ground {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly access: AccessRules;
  readonly owners: OwnerRegister;
  readonly writer: ClusterWriter;
  readonly audit: AuditTrail;
  readonly tiers: TierSource;
  readonly settings: ScalerSettings;
  /** What was found wrong a moment ago. */
  readonly probes: TimedCache<readonly string[]>;
  readonly onScaled: (scaling: {
    readonly kind: string;
    readonly mode: string;
    readonly isCapped: boolean;
  }) => void;
}

/** @throws ScalerError, KubeError, IdentityError */
export type Operation = (call: Call, ground: Ground) => Promise<Answer>;
