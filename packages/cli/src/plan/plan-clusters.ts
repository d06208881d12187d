import type { Plan } from "@heliostat/controller";
import {
  type Clock,
  type KubeClient,
  type KubeObject,
  keyOf,
  nameOf,
  type Random,
  type Resource,
} from "@heliostat/kube";
import { forecastRayCluster, type OperatorSettings } from "@heliostat/operator";
import { problemsText, RAY_CLUSTERS, type RayCluster } from "@heliostat/ray";
import { seenByOperator } from "../cluster/seen-by-operator.ts";
import { type Applied, applyManifests } from "../manifests/apply-manifests.ts";
import type { ManifestObject } from "../manifests/read-manifests.ts";
import { UserError } from "../user-error.ts";

/** What the operator would do about every RayCluster of some manifests. */
export interface PlanReport {
  /** For a sentence: an address, or `an empty cluster`. */
  readonly comparedWith: string;
  readonly clusters: readonly ClusterPlan[];
  /** What else the manifests hold, which is none of the operator's business. */
  readonly others: readonly string[];
}

export interface ClusterPlan {
  /** `namespace/name` */
  readonly name: string;
  /** What would become of the RayCluster itself. */
  readonly outcome: Applied["outcome"];
  /** One a reconcile, in their order. */
  readonly plans: readonly Plan[];
  /** What the operator would wait for, when there is nothing that it can do. */
  readonly waitingFor?: string;
}

export interface PlanContext {
  readonly client: KubeClient;
  readonly comparedWith: string;
  readonly clock: Clock;
  readonly random: Random;
  /** How the operator is set up. @default as KubeRay's is without flags */
  readonly settings?: OperatorSettings;
  readonly signal: AbortSignal;
}

/**
 * Ask the API what it would make of the manifests' RayClusters, without storing them, and foresee what the operator
 * would do about each.
 *
 * @throws UserError when there is none, when the API refuses one, or when one is not valid: it names field and remedy
 */
export async function planClusters(
  manifests: readonly ManifestObject[],
  context: PlanContext,
): Promise<PlanReport> {
  const wanted = manifests.filter(({ object }) => isRayCluster(object));
  if (wanted.length === 0) {
    throw new UserError("Cannot plan: the manifests hold no RayCluster", {
      hint: "Name a file with a RayCluster of ray.io/v1 with -f",
    });
  }
  const clusters: ClusterPlan[] = [];
  for (const each of wanted) clusters.push(await planCluster(each, context));
  const others = manifests.filter((each) => !wanted.includes(each)).map(({ object }) => titleOf(object));
  return { comparedWith: context.comparedWith, clusters, others };
}

async function planCluster(manifest: ManifestObject, context: PlanContext): Promise<ClusterPlan> {
  const { client, clock, random, signal, settings = {} } = context;
  const inV1 = { ...manifest.object, apiVersion: "ray.io/v1" };
  const [rehearsed] = await applyManifests([{ ...manifest, object: inV1 }], {
    client,
    findResource: () => RAY_CLUSTERS as unknown as Resource,
    isDryRun: true,
  });
  const cluster = rehearsed?.object as RayCluster;
  const { namespace = "" } = cluster.metadata;
  const caches = await seenByOperator(client, { namespace, signal, settings });
  const forecast = forecastRayCluster(cluster, { caches, nowMs: clock.now(), random, settings });
  if (forecast.problems.length > 0) {
    throw new UserError(`Cannot plan ${manifest.place}: ${problemsText(forecast.problems)}`);
  }
  const { plans, waitingFor } = forecast;
  return {
    name: keyOf(nameOf(cluster)),
    outcome: rehearsed?.outcome ?? "unchanged",
    plans,
    ...(waitingFor !== undefined && { waitingFor }),
  };
}

function isRayCluster({ apiVersion, kind }: KubeObject): boolean {
  return kind === RAY_CLUSTERS.kind && apiVersion.startsWith("ray.io/");
}

function titleOf(object: KubeObject): string {
  return `${object.kind} ${keyOf(nameOf(object))}`;
}
