import type { KubeObject, Namespace } from "@heliostat/kube";
import { storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import type { WriteRequest } from "./create.ts";
import { incomingObject } from "./incoming.ts";
import type { Target, WriteResult } from "./kube-api.ts";
import { replaceObject } from "./update.ts";

/** `namespaces/finalize`: whoever emptied a namespace takes its name off `spec.finalizers`; the last one ends it. */
export function finalizeNamespace(
  ground: ApiGround,
  target: Target,
  { body, caller }: WriteRequest,
): WriteResult {
  const stored = storedAt(ground, target);
  const proposed = incomingObject(target, body) as Namespace;
  const { metadata } = proposed;
  const current = stored.object as Namespace;
  const finalizers = proposed.spec?.finalizers ?? [];
  const finalized: KubeObject = {
    ...current,
    metadata: {
      ...current.metadata,
      ...(metadata.resourceVersion && { resourceVersion: metadata.resourceVersion }),
    },
    spec: { ...current.spec, finalizers },
  } as Namespace;
  return replaceObject(ground, target, { stored, proposed: finalized, caller });
}
