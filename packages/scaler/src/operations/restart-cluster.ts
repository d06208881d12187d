import { annotate, type HardwareTier, type TierReference } from "@heliostat/engines";
import { isKubeError, PODS, timestamp } from "@heliostat/kube";
import { ScalerError } from "../answers/answer.ts";
import type { Cluster } from "../clusters/directory.ts";
import type { PodFacts } from "../clusters/pod-cache.ts";
import { wantedTier } from "../tiers/wanted-tier.ts";
import { ANNOTATION, EVENT_REASON } from "../vocabulary.ts";
import type { ClusterState } from "../writes/cluster-writer.ts";
import { momentMs } from "./moment.ts";
import type { Ground } from "./operation.ts";
import { nameOf, onCluster, type Reached, sizeOf } from "./scale-cluster.ts";

export interface RestartWish {
  /** As the caller wrote it. */
  readonly startedAt: unknown;
  readonly tier?: TierReference | undefined;
  /** Whether a head that has the tier already, or is not there, is left alone. @default false */
  readonly isForTierOnly?: boolean;
}

export interface Restarted {
  /** The pod that goes; absent when none was there, or none had to go. */
  readonly pod?: PodFacts;
  /** The moment that the new pod must not be older than, by the API's clock. */
  readonly startedAt: string;
  readonly tier?: HardwareTier;
  readonly object: Cluster["object"];
}

/** The head gets so long to end, whatever its own pod says (Domino's rule). */
export const GRACE_SECONDS = 20;

/**
 * Have the head's pod replaced: the very pod that was found, by its uid. A tier is written first, so that the new pod
 * has it; where the cluster's operator replaces the pod because of that, nobody else does.
 *
 * @throws ScalerError, KubeError
 */
export async function restartCluster(reached: Reached, wish: RestartWish): Promise<Restarted> {
  const { ground, cluster } = reached;
  assertHasHead(cluster);
  const tier = await tierFor(reached, wish);
  const pod = ground.directory.head(cluster);
  if (wish.isForTierOnly !== true) assertFound(reached, pod);
  else if (hasTier(cluster, tier)) return untouched(reached, { wish, tier });
  const apiNowMs = await announced(reached, { pod, tier });
  const { decision, after } = await ground.writer.change(cluster, (state) =>
    restartDecision(cluster, state, { pod, tier, at: timestamp(apiNowMs) }),
  );
  if (pod && !decision.isReplacedByOperator) await deletePod(ground, pod);
  const startedAt = stampOf(wish.startedAt, apiNowMs);
  return { startedAt, object: after, ...(pod && { pod }), ...(tier && { tier }) };
}

async function tierFor(
  { call, ground, cluster }: Reached,
  { tier: reference }: RestartWish,
): Promise<HardwareTier | undefined> {
  const { credentials } = call;
  return reference && wantedTier(ground.tiers, { reference, driver: cluster.driver, credentials });
}

function hasTier(cluster: Cluster, tier: HardwareTier | undefined): boolean {
  const sizes = sizeOf(cluster, { object: cluster.object, related: {} }, { role: "head", tier });
  return sizes.every(({ operations }) => operations.length === 0);
}

function untouched(
  { ground, cluster }: Reached,
  { wish, tier }: { readonly wish: RestartWish; readonly tier: HardwareTier | undefined },
): Restarted {
  const startedAt = stampOf(wish.startedAt, ground.clock.now());
  return { startedAt, object: cluster.object, ...(tier && { tier }) };
}

/** Says in an event what is about to happen. @returns the present, by the API's own clock, which the event bears */
async function announced(
  { call, ground, cluster }: Reached,
  { pod, tier }: Omit<Restart, "at">,
): Promise<number> {
  const what = [
    pod && `restarts the head: pod ${pod.name}`,
    tier && `gives the head hardware tier ${tier.name}`,
  ];
  const note = `${nameOf(call)} ${what.filter((each) => each !== undefined).join("; ")}`;
  const reason = tier ? EVENT_REASON.tierChanged : EVENT_REASON.restarting;
  const event = await ground.audit.write(cluster.object, { reason, action: "RestartHead", note }, "Normal");
  return momentMs(String(event.metadata.creationTimestamp)) ?? ground.clock.now();
}

/** @throws ScalerError `NotFound` */
function assertFound({ ground, cluster }: Reached, pod: PodFacts | undefined): void {
  if (pod) return;
  const missing = headName(cluster);
  throw new ScalerError("NotFound", `The head pod ${missing} is not there`, {
    status: 404,
    extra: { namespace: ground.directory.namespace, ok: false, pod: missing },
  });
}

/** @throws ScalerError `not_supported` */
export function assertHasHead({ driver, object }: Cluster): void {
  if (driver.podLabels(object, "head")) return;
  const message = `Cannot restart the head of ${object.metadata.name}: ${driver.resource.kind} has none`;
  throw new ScalerError("not_supported", message, { status: 409 });
}

/** The name that the head's pod would have, for replies about one that is not there. */
export function headName({ driver, object }: Cluster): string {
  return `${driver.setName(object, "head")}-0`;
}

interface Restart {
  readonly pod: PodFacts | undefined;
  readonly tier: HardwareTier | undefined;
  readonly at: string;
}

function restartDecision(cluster: Cluster, state: ClusterState, { pod, tier, at }: Restart) {
  const [size] = sizeOf(cluster, state, { role: "head", tier });
  const operations = size?.operations ?? [];
  const trace = pod && { [ANNOTATION.lastRestart]: JSON.stringify({ pod: pod.uid, at }) };
  const keepsRunningPods = cluster.driver.tierPlace(state.object, "head")?.keepsRunningPods === true;
  return {
    ...onCluster(cluster, state, [
      ...operations,
      ...annotate(state.object.metadata.annotations ?? {}, trace ?? {}),
    ]),
    isReplacedByOperator: operations.length > 0 && !keepsRunningPods,
  };
}

async function deletePod({ client }: Ground, { name, namespace, uid }: PodFacts): Promise<void> {
  try {
    const options = { gracePeriodSeconds: GRACE_SECONDS, preconditions: { uid } };
    await client.delete(PODS, { name, namespace }, options);
  } catch (cause) {
    // Gone already is what was wanted; another of its name is the new one.
    if (!isKubeError(cause, "NotFound", "Conflict")) throw cause;
  }
}

/** The caller's own stamp, unless it is none or lies ahead: no pod could be newer than the future. */
function stampOf(startedAt: unknown, apiNowMs: number): string {
  const askedMs = momentMs(startedAt);
  return askedMs === undefined || askedMs > apiNowMs ? timestamp(apiNowMs) : String(startedAt);
}
