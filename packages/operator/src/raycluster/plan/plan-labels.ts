import { type PatchAction, patch } from "@heliostat/controller";
import type { KubeObject, Resource } from "@heliostat/kube";

/** Give an object back the labels without which it would not be seen again. */
export function planLabels(
  live: KubeObject,
  {
    resource,
    wanted,
    step,
  }: { readonly resource: Resource; readonly wanted: KubeObject; readonly step?: string },
): readonly PatchAction[] {
  const { uid = "", labels = {} } = live.metadata;
  const own = Object.entries(wanted.metadata.labels ?? {});
  if (own.every(([key, value]) => labels[key] === value)) return [];
  const body = { metadata: { uid, labels: Object.fromEntries(own) } };
  const why = "somebody has taken its labels away";
  return [
    patch(resource, live, { why, patch: { type: "merge", body }, ...(step !== undefined && { step }) }),
  ];
}
