import { type Action, create, remove } from "@heliostat/controller";
import { isControlledBy, isTerminating, type Pod, SECRETS } from "@heliostat/kube";
import { authSecret, needsAuthSecret } from "@heliostat/ray";
import { isAlive } from "../pod-state.ts";
import type { RayClusterView } from "../view.ts";
import { planLabels } from "./plan-labels.ts";
import { STEP } from "./plan-steps.ts";

/** The secret of the token: made once and never written again; removed when no pod can ask for it any more. */
export function planSecret(view: RayClusterView): readonly Action[] {
  const present = view.others.filter(({ kind }) => kind === SECRETS.kind);
  if (needsAuthSecret(view.cluster)) {
    const wanted = authSecret(view.cluster, { token: view.newToken });
    const live = present.find(({ metadata }) => metadata.name === wanted.metadata.name);
    if (!live)
      return [
        create(SECRETS, wanted, {
          why: "the cluster lacks its token",
          mayExist: true,
          step: STEP.beforePods,
        }),
      ];
    if (!isControlledBy(live, view.cluster)) return [];
    return planLabels(live, { resource: SECRETS, wanted, step: STEP.beforePods });
  }
  return present
    .filter((secret) => isControlledBy(secret, view.cluster) && !isTerminating(secret))
    .filter(({ metadata }) => !view.pods.some((pod) => isAlive(pod) && isReading(pod, metadata.name)))
    .map((secret) => remove(SECRETS, secret, { why: "the cluster no longer asks for a token" }));
}

function isReading({ spec }: Pod, secret: string): boolean {
  return (spec?.containers ?? []).some(({ env = [] }) =>
    env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === secret),
  );
}
