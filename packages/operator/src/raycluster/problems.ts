import { isControlledBy, type KubeObject, PERSISTENT_VOLUME_CLAIMS, SERVICE_ACCOUNTS } from "@heliostat/kube";
import {
  CONDITION_REASON,
  EVENT_REASON,
  problemsText,
  type RayCluster,
  rayClusterWarnings,
  SpecError,
  type SpecProblem,
  serveService,
  validateRayClusterMetadata,
  validateRayClusterSpec,
  validateRayClusterStatus,
  wantsServeService,
} from "@heliostat/ray";
import { keptKinds, namedAccount, namedClaim } from "./owned-kinds.ts";
import { presentOf, type RayClusterView } from "./view.ts";

/** Something that stands in the way of a cluster and that only its user can clear away. */
export interface Obstacle {
  /** Reason of its event. */
  readonly event: string;
  /** Reason of the conditions that tell of it. */
  readonly reason: string;
  /** What is wrong and what would be right, in one sentence. */
  readonly sentence: string;
  /** Whether no pod is made until it is cleared away. */
  readonly keepsPods: boolean;
}

/** What is wrong with what the user asked for; nothing is planned until it is mended. */
export function problemsOf({ cluster }: RayClusterView): readonly SpecProblem[] {
  const known = KNOWN.get(cluster);
  if (known) return known;
  const problems = problemsIn(cluster);
  KNOWN.set(cluster, problems);
  return problems;
}

/** A cluster as somebody has seen it never changes, and is asked about several times. */
const KNOWN = new WeakMap<RayCluster, readonly SpecProblem[]>();

function problemsIn(cluster: RayCluster): readonly SpecProblem[] {
  const problems = [...validateRayClusterMetadata(cluster), ...validateRayClusterSpec(cluster)];
  if (problems.length > 0 || !wantsServeService(cluster)) return problems;
  try {
    serveService(cluster);
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
}

/** Everything that stands in the cluster's way, a spec that is not valid first and alone. */
export function obstaclesOf(view: RayClusterView): readonly Obstacle[] {
  const invalid = invalidSpec(view);
  if (invalid) return [invalid];
  return [...missingAccount(view), ...missingClaim(view), ...collisions(view)];
}

/** What is worth an event and no more: what is allowed and seldom meant, and a status that contradicts itself. */
export function warningsOf(view: RayClusterView): readonly Pick<Obstacle, "event" | "sentence">[] {
  const { cluster } = view;
  const contradictions = validateRayClusterStatus(cluster);
  const warnings = problemsOf(view).length > 0 ? [] : rayClusterWarnings(cluster);
  return [
    { event: EVENT_REASON.invalidStatus, sentence: problemsText(contradictions) },
    { event: EVENT_REASON.invalidSpec, sentence: problemsText(warnings) },
  ].filter(({ sentence }) => sentence !== "");
}

function invalidSpec(view: RayClusterView): Obstacle | undefined {
  const problems = problemsOf(view);
  const [first] = problems;
  if (!first) return undefined;
  const isMetadata = first.field.startsWith("metadata.name");
  return {
    event: isMetadata ? EVENT_REASON.invalidMetadata : EVENT_REASON.invalidSpec,
    reason: isMetadata ? CONDITION_REASON.invalidMetadata : CONDITION_REASON.invalidSpec,
    sentence: `The RayCluster is not valid: ${problemsText(problems)}`,
    keepsPods: true,
  };
}

/** An API that checks accounts refuses the head of a cluster whose account is not there (KubeRay rule: make nothing). */
function missingAccount(view: RayClusterView): readonly Obstacle[] {
  const { namespace } = view.cluster.metadata;
  return namedAccount(view.cluster.spec)
    .filter((name) => !view.others.some((object) => isNamed(object, SERVICE_ACCOUNTS.kind, name)))
    .map((name) => ({
      event: EVENT_REASON.serviceAccountNotFound,
      reason: CONDITION_REASON.accountNotFound,
      sentence: `The head's service account ${name} is not in namespace ${namespace}: make it, or leave serviceAccountName out of the head's template`,
      keepsPods: true,
    }));
}

function missingClaim(view: RayClusterView): readonly Obstacle[] {
  return namedClaim(view.cluster.spec)
    .filter((name) => !view.others.some((object) => isNamed(object, PERSISTENT_VOLUME_CLAIMS.kind, name)))
    .map((name) => ({
      event: EVENT_REASON.failedToCreateClaim,
      reason: CONDITION_REASON.claimNotFound,
      sentence: `The claim ${name} that is to keep the control store's state is not there: make it, or leave claimName out`,
      keepsPods: false,
    }));
}

function collisions(view: RayClusterView): readonly Obstacle[] {
  return keptKinds(view).flatMap((kind) => {
    const { collision } = kind.events;
    if (!collision) return [];
    const wanted = new Set(kind.wanted(view.cluster, view.settings).map(({ metadata }) => metadata.name));
    return presentOf(view, kind)
      .filter((object) => wanted.has(object.metadata.name) && !isControlledBy(object, view.cluster))
      .map(({ metadata }) => ({
        event: collision,
        reason: CONDITION_REASON.nameTaken,
        sentence: `${kind.resource.kind} ${metadata.name} is there already and not the cluster's: remove it, or give the cluster another name`,
        keepsPods: false,
      }));
  });
}

function isNamed(object: KubeObject, kind: string, name: string): boolean {
  return object.kind === kind && object.metadata.name === name;
}
