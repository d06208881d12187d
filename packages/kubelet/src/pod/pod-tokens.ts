import type { Pod, ServiceAccountTokenProjection } from "@heliostat/kube";
import type { PodHost } from "./pod-host.ts";
import { tokenKey, tokenProjections } from "./pod-volumes.ts";

/** A token as a pod finds it. */
interface PodToken {
  readonly token: string;
  readonly renewAtMs: number;
}

/** The service account tokens that a pod's volumes show, by {@link tokenKey}. */
export type PodTokens = ReadonlyMap<string, PodToken>;

/**
 * What admission asks for. Kubernetes convention: such a token is renewed as if it lived that long, and is good for a
 * year, since there are clients that read it only once.
 */
const EXTENDED_SECONDS = 3607;
const YEAR_SECONDS = 365 * 24 * 3600;
const DEFAULT_SECONDS = 3600;

/** Kubernetes rule: a token is renewed when four fifths of its life are over, or a day. */
const RENEWED_AFTER = 0.8;
const LONGEST_KEPT_SECONDS = 24 * 3600;

/** The tokens that the pod is to have now: those it has, and new ones in place of those that have grown old. */
export async function podTokens(pod: Pod, host: PodHost, known: PodTokens): Promise<PodTokens> {
  if (!host.runtime.isReal) return new Map();
  const wanted = new Map(tokenProjections(pod).map((projection) => [tokenKey(projection), projection]));
  const tokens = [...wanted].map(async ([key, projection]) => {
    const before = known.get(key);
    const isFresh = before !== undefined && host.clock.now() < before.renewAtMs;
    return [key, isFresh ? before : await newToken(pod, host, projection)] as const;
  });
  return new Map(await Promise.all(tokens));
}

/** Whose tokens a pod has. */
export function accountName({ spec }: Pod): string {
  return spec?.serviceAccountName ?? "default";
}

async function newToken(
  pod: Pod,
  { clock, issueToken }: PodHost,
  { audience, expirationSeconds: askedSeconds = DEFAULT_SECONDS }: ServiceAccountTokenProjection,
): Promise<PodToken> {
  const { name, namespace = "", uid = "" } = pod.metadata;
  const keptSeconds = Math.min(askedSeconds * RENEWED_AFTER, LONGEST_KEPT_SECONDS);
  const renewAtMs = clock.now() + keptSeconds * 1000;
  const token = await issueToken({
    serviceAccount: { namespace, name: accountName(pod) },
    pod: { name, uid },
    expirationSeconds: askedSeconds === EXTENDED_SECONDS ? YEAR_SECONDS : askedSeconds,
    ...(audience !== undefined && { audience }),
  });
  return { token, renewAtMs };
}
