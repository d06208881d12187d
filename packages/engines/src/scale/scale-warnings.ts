import type { ScaleRequest } from "./scale-request.ts";
import type { ScaleTarget } from "./scale-target.ts";
import type { ScaleWarning, WorkerGroup, Writer } from "./scale-view.ts";

export interface Scaling {
  readonly request: ScaleRequest;
  readonly writer: Writer;
  readonly group: WorkerGroup;
  readonly target: ScaleTarget;
}

/** What the caller should know of what has been planned. */
export function scaleWarnings(scaling: Scaling): readonly ScaleWarning[] {
  if (scaling.target.isPaused) return [PAUSED];
  if (scaling.request.mode === "set") return setWarnings(scaling);
  const { group, target } = scaling;
  if (target.replicas <= target.effective || target.replicas < group.replicas) return [];
  const message = `The floor is ${target.effective}; the autoscaler lets further workers go once they are idle`;
  return [{ code: "shrinks_when_idle", message }];
}

const PAUSED: ScaleWarning = {
  code: "autoscaling_paused",
  message: "With 0 workers autoscaling stands still until somebody asks for more; minReplicas is kept",
};

function setWarnings({ request, writer, group, target }: Scaling): readonly ScaleWarning[] {
  const min = group.bounds?.min ?? 0;
  const asked = request.replicas;
  const warnings: ScaleWarning[] = [];
  if (target.effective > asked)
    warnings.push({
      code: "raised_to_minimum",
      message: `minReplicas is ${min}, and the cluster never has fewer`,
    });
  if (writer === "none") return warnings;
  if (target.effective < min)
    warnings.push({
      code: "below_minimum",
      message: `minReplicas is ${min}: the autoscaler raises ${target.effective} to it; use mode floor to lower it`,
    });
  warnings.push({
    code: "autoscaler_may_change_replicas",
    message: `The autoscaler (${writer}) may change the number again; use mode floor or pin to hold it`,
  });
  return warnings;
}
