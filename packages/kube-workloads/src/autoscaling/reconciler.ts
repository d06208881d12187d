import {
  DONE,
  lookAgain,
  patchStatus,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  readOnly,
} from "@heliostat/controller";
import {
  type Condition,
  CUSTOM_RESOURCE_DEFINITIONS,
  groupVersion,
  HORIZONTAL_POD_AUTOSCALERS,
  type HorizontalPodAutoscaler,
  isEqualJson,
  isKubeError,
  type KubeObject,
  keyOf,
  matchesLabels,
  type ObjectName,
  POD_METRICS,
  PODS,
  type PodMetrics,
  parseLabelSelector,
  type Resource,
  type Scale,
  withCondition,
} from "@heliostat/kube";
import { BY_NAMESPACE } from "@heliostat/watch-cache";
import { servedResources } from "../served-resources.ts";
import { type Memory, NO_MEMORY } from "./behavior.ts";
import { type AutoscalerView, planScaling } from "./plan.ts";

export interface AutoscalerOptions {
  /** The built-in resources that may be scaled. Custom ones are added as their definitions are established. */
  readonly resources: readonly Resource[];
}

/** How often usage is looked at (Kubernetes' default). Nothing is looked at where there is no autoscaler. */
const PERIOD_MS = 15_000;

/** Scales whatever has a `scale` subresource by what its pods use (`metrics.k8s.io`). */
export function autoscalerReconciler({ resources }: AutoscalerOptions): Reconciler<HorizontalPodAutoscaler> {
  const memories = new Map<string, Memory>();
  return {
    name: "horizontal-pod-autoscaler",
    resource: HORIZONTAL_POD_AUTOSCALERS,
    isRelevant: ({ before, after }) => !isEqualJson(before?.spec ?? null, after?.spec ?? null),
    watches: [readOnly(PODS), readOnly(CUSTOM_RESOURCE_DEFINITIONS)],
    async reconcile(key, context) {
      const { caches } = context;
      const autoscaler = caches.of(HORIZONTAL_POD_AUTOSCALERS).get(key);
      if (!autoscaler) {
        memories.delete(key);
        return DONE;
      }
      const custom = caches.of(CUSTOM_RESOURCE_DEFINITIONS).list();
      const target = scaleTarget(autoscaler, servedResources(resources, custom));
      const scale = target && (await scaleOf(target, context));
      if (!target || !scale) return refuse(autoscaler, target, context);
      const view = await viewOf(autoscaler, { scale, memory: memories.get(key) ?? NO_MEMORY }, context);
      const scaling = planScaling(view);
      memories.set(key, scaling.memory);
      if (scaling.replicas !== view.current)
        await setScale(target, scaling.replicas, { autoscaler, context });
      await patchStatus(HORIZONTAL_POD_AUTOSCALERS, autoscaler, {
        status: scaling.status,
        client: context.client,
      });
      if (scaling.complaint !== undefined) complain(autoscaler, scaling.complaint, context);
      return lookAgain(PERIOD_MS);
    },
  };
}

interface ScaleTarget {
  readonly resource: Resource;
  readonly name: ObjectName;
}

function scaleTarget(
  { spec, metadata }: HorizontalPodAutoscaler,
  resources: readonly Resource[],
): ScaleTarget | undefined {
  const { apiVersion = "v1", kind, name } = spec.scaleTargetRef;
  const { group } = groupVersion(apiVersion);
  const resource = resources.find((each) => each.kind === kind && each.group === group);
  return resource && { resource, name: { name, namespace: metadata.namespace ?? "" } };
}

/** The port reads no subresource by itself, but a patch that changes nothing answers with it, and is no write. */
async function scaleOf(
  { resource, name }: ScaleTarget,
  { client }: ReconcileContext,
): Promise<Scale | undefined> {
  try {
    const patch = { type: "merge", body: {} } as const;
    const scale: KubeObject = await client.patch(resource, name, { subresource: "scale", patch });
    return scale as unknown as Scale;
  } catch (error) {
    if (isKubeError(error, "NotFound", "MethodNotAllowed")) return undefined;
    throw error;
  }
}

async function viewOf(
  autoscaler: HorizontalPodAutoscaler,
  { scale, memory }: { readonly scale: Scale; readonly memory: Memory },
  context: ReconcileContext,
): Promise<AutoscalerView> {
  const { namespace = "" } = autoscaler.metadata;
  const { selector = "" } = scale.status ?? {};
  const requirements = parseLabelSelector(selector);
  const pods = context.caches
    .of(PODS)
    .byIndex(BY_NAMESPACE, namespace)
    .filter(({ metadata }) => selector !== "" && matchesLabels(requirements, metadata.labels));
  return {
    autoscaler,
    current: scale.spec?.replicas ?? 0,
    pods,
    metrics: await metricsOf({ namespace, labelSelector: selector }, context),
    memory,
    nowMs: context.clock.now(),
  };
}

async function metricsOf(
  where: { readonly namespace: string; readonly labelSelector: string },
  { client, signal }: ReconcileContext,
): Promise<readonly PodMetrics[] | undefined> {
  try {
    return (await client.list(POD_METRICS, { ...where, signal })).items;
  } catch (error) {
    if (isKubeError(error, "NotFound", "Unavailable")) return undefined;
    throw error;
  }
}

async function setScale(
  { resource, name }: ScaleTarget,
  replicas: number,
  {
    autoscaler,
    context,
  }: { readonly autoscaler: HorizontalPodAutoscaler; readonly context: ReconcileContext },
): Promise<void> {
  const patch = { type: "merge", body: { spec: { replicas } } } as const;
  await context.client.patch(resource, name, { subresource: "scale", patch });
  const note = `New size: ${replicas}; reason: resource metrics of ${resource.kind} ${keyOf(name)}`;
  context.events.record(autoscaler, { reason: "SuccessfulRescale", action: "Scale", note });
}

/** A metric that says nothing is told each time that it is looked at (Kubernetes rule). */
function complain(autoscaler: HorizontalPodAutoscaler, why: string, { events }: ReconcileContext): void {
  const words = { type: "Warning", action: "Measure" } as const;
  events.record(autoscaler, { ...words, reason: "FailedGetResourceMetric", note: why });
  const note = `invalid metrics, first error is: ${why}`;
  events.record(autoscaler, { ...words, reason: "FailedComputeMetricsReplicas", note });
}

/** There is nothing to scale: say so, and look again later. */
async function refuse(
  autoscaler: HorizontalPodAutoscaler,
  target: ScaleTarget | undefined,
  { client, clock, events }: ReconcileContext,
): Promise<ReconcileResult> {
  const note = target ? notFound(target) : notServed(autoscaler);
  events.record(autoscaler, { type: "Warning", reason: "FailedGetScale", action: "Scale", note });
  const message = `the HPA controller was unable to get the target's current scale: ${note}`;
  const failure = { type: "AbleToScale", status: "False", reason: "FailedGetScale", message } as const;
  const before = (autoscaler.status?.conditions ?? []) as readonly Condition[];
  const status = {
    desiredReplicas: 0,
    ...autoscaler.status,
    conditions: withCondition(before, failure, clock.now()),
  };
  await patchStatus(HORIZONTAL_POD_AUTOSCALERS, autoscaler, {
    status: { ...status, desiredReplicas: 0 },
    client,
  });
  return lookAgain(PERIOD_MS);
}

function notFound({ resource: { plural, group }, name: { name } }: ScaleTarget): string {
  return `${group === "" ? plural : `${plural}.${group}`} "${name}" not found`;
}

function notServed({ spec }: HorizontalPodAutoscaler): string {
  const { apiVersion = "v1", kind } = spec.scaleTargetRef;
  return `no matches for kind "${kind}" in group "${groupVersion(apiVersion).group}"`;
}
