import type { JsonPatchOperation } from "@heliostat/kube";
import { ceilingAnnotation } from "./ceilings.ts";
import { annotate, changed, preconditions } from "./operations.ts";
import type { ScaleMode, ScaleRequest } from "./scale-request.ts";
import { type ScaleTarget, scaleTarget } from "./scale-target.ts";
import type { ObjectRef, ScaleView, ScaleWarning, WorkerGroup, Writer } from "./scale-view.ts";
import { scaleWarnings } from "./scale-warnings.ts";

export interface ScalePlan {
  readonly group: string;
  readonly mode: ScaleMode;
  /** Who moves the number from now on. */
  readonly writer: Writer;
  readonly from: number;
  readonly requested: number;
  /** What it will be; less than `requested` when `isCapped`. */
  readonly effective: number;
  readonly isCapped: boolean;
  /** The ceiling after the writes; absent where there is none. */
  readonly max?: number;
  readonly warnings: readonly ScaleWarning[];
  /** In this order. The last one is to the cluster itself. */
  readonly writes: readonly PlannedWrite[];
}

export type PlannedWrite =
  | { readonly do: "patch"; readonly object: ObjectRef; readonly operations: readonly JsonPatchOperation[] }
  | { readonly do: "delete"; readonly object: ObjectRef };

/** Why nothing can be planned; the caller may mend it. */
export interface ScaleRefusal {
  readonly refusal: "group_required" | "unknown_group" | "autoscaler_owns_replicas" | "invalid_autoscaling";
  readonly message: string;
}

export function isScaleRefusal(result: ScalePlan | ScaleRefusal): result is ScaleRefusal {
  return "refusal" in result;
}

/**
 * What to write so that a group has `replicas` workers, with a test on uid and resourceVersion before each change.
 * Same view and request, same plan.
 *
 * It never asks for more than the ceiling or the limit, and says so. A number below the lowest floor that autoscaling
 * may have pauses it: the bounds are kept, and a warning is given (Kubernetes: HorizontalPodAutoscaler).
 */
export function planScale(request: ScaleRequest, view: ScaleView): ScalePlan | ScaleRefusal {
  const group = chosenGroup(request, view);
  if ("refusal" in group) return group;
  const refusal = refusalOf(request, view, group);
  if (refusal) return refusal;
  const isTaken = view.writer === "dask-autoscaler" && request.mode === "set";
  const { bounds, ...unbound } = group;
  const target = scaleTarget(request, isTaken ? unbound : group);
  const writer = isTaken ? "none" : view.writer;
  return {
    group: group.name,
    mode: request.mode,
    writer,
    from: group.replicas,
    requested: request.replicas,
    effective: target.effective,
    isCapped: target.effective < request.replicas,
    ...(target.bounds && { max: target.bounds.max }),
    warnings: [...view.warnings, ...scaleWarnings({ request, writer, group, target })],
    writes: [
      ...(isTaken && bounds?.in ? [{ do: "delete" as const, object: bounds.in }] : []),
      ...(isTaken ? [] : elsewhere(group, target)),
      onCluster({ request, view, group, target }),
    ],
  };
}

function chosenGroup(
  { group: wanted }: ScaleRequest,
  { groups, cluster }: ScaleView,
): WorkerGroup | ScaleRefusal {
  const { name } = cluster.name;
  const names = groups.map((group) => group.name).join(", ");
  if (wanted === undefined) {
    const [only, another] = groups;
    if (only && !another) return only;
    const why = groups.length === 0 ? "it has no worker groups" : `name its group, one of: ${names}`;
    return { refusal: "group_required", message: `Cannot scale ${name}: ${why}` };
  }
  const found = groups.find((group) => group.name === wanted);
  if (found) return found;
  const why = `it has no worker group "${wanted}", only: ${names || "none"}`;
  return { refusal: "unknown_group", message: `Cannot scale ${name}: ${why}` };
}

function refusalOf(
  { mode, takesOver, raisesCeiling }: ScaleRequest,
  { writer }: ScaleView,
  { bounds }: WorkerGroup,
): ScaleRefusal | undefined {
  if (writer === "dask-autoscaler" && mode === "set" && takesOver !== true) {
    const remedy = "use mode floor or pin, or takeover: true to delete the autoscaler";
    const message = `Cannot set replicas: a DaskAutoscaler moves them; ${remedy}`;
    return { refusal: "autoscaler_owns_replicas", message };
  }
  if (bounds && bounds.max === undefined && raisesCeiling !== true)
    return { refusal: "invalid_autoscaling", message: "autoscaling.maxReplicas is missing or invalid" };
  return undefined;
}

/** Bounds that stand in another object than the cluster. */
function elsewhere({ name, bounds }: WorkerGroup, target: ScaleTarget): readonly PlannedWrite[] {
  const object = bounds?.in;
  if (!object) return [];
  const operations = [
    ...boundsOperations(bounds, target),
    ...annotate(object.annotations, ceilingAnnotation(object.annotations, name, target)),
  ];
  return operations.length === 0
    ? []
    : [{ do: "patch", object, operations: [...preconditions(object), ...operations] }];
}

interface Change {
  readonly request: ScaleRequest;
  readonly view: ScaleView;
  readonly group: WorkerGroup;
  readonly target: ScaleTarget;
}

function onCluster({ request, view, group, target }: Change): PlannedWrite {
  const { bounds, guards, replicasAt, name } = group;
  const isHere = bounds !== undefined && bounds.in === undefined;
  const annotations = {
    ...request.annotations,
    ...(isHere && ceilingAnnotation(view.annotations, name, target)),
  };
  return {
    do: "patch",
    object: view.cluster,
    operations: [
      ...preconditions(view.cluster),
      ...guards,
      ...(isHere ? boundsOperations(bounds, target) : []),
      ...(replicasAt === undefined ? [] : changed(replicasAt, group.replicas, target.replicas)),
      ...(request.operations ?? []),
      ...annotate(view.annotations, annotations),
    ],
  };
}

function boundsOperations(
  bounds: NonNullable<WorkerGroup["bounds"]>,
  target: ScaleTarget,
): readonly JsonPatchOperation[] {
  if (!target.bounds) return [];
  const { min, max } = target.bounds;
  // The ceiling goes first when it rises and last when it falls: no state in between has its floor above it.
  const floor = changed(bounds.minAt, bounds.min, min);
  const ceiling = changed(bounds.maxAt, bounds.max, max);
  return max >= (bounds.max ?? 0) ? [...ceiling, ...floor] : [...floor, ...ceiling];
}
