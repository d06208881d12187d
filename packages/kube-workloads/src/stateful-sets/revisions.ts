import {
  type ControllerRevision,
  controllerReference,
  isEqualJson,
  type PodTemplateSpec,
  type StatefulSet,
} from "@heliostat/kube";
import { templateHash } from "../pods/template-hash.ts";

/** The two templates between which a rolling update goes. */
export interface Revisions {
  /** That of the pods which are not updated yet. */
  readonly current: ControllerRevision;
  /** That of the set's present template. */
  readonly update: ControllerRevision;
  /** Whether `update` is to be made, or to be numbered anew. */
  readonly isUpdateNew: boolean;
  readonly isUpdateRenumbered: boolean;
}

/** Find the set's present template among its revisions, or make one of it. */
export function revisionsOf(set: StatefulSet, known: readonly ControllerRevision[]): Revisions {
  const latest = Math.max(0, ...known.map(({ revision }) => revision));
  const data = revisionData(set.spec?.template ?? {});
  const equal = known.findLast((each) => isEqualJson(each.data, data));
  const isUpdateRenumbered = equal !== undefined && equal.revision < latest;
  const update = equal
    ? { ...equal, revision: isUpdateRenumbered ? latest + 1 : equal.revision }
    : newRevision(set, data, { revision: latest + 1, known });
  const current = known.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? update;
  return { current, update, isUpdateNew: equal === undefined, isUpdateRenumbered };
}

/** The template that a revision stands for. */
export function templateOf({ data }: ControllerRevision): PodTemplateSpec {
  const { spec } = (data ?? {}) as { readonly spec?: { readonly template?: PodTemplateSpec } };
  const { $patch: _, ...template } = (spec?.template ?? {}) as PodTemplateSpec & { readonly $patch?: string };
  return template;
}

/** A strategic merge patch that puts the template back: `kubectl rollout undo` sends it as it is. */
function revisionData(template: PodTemplateSpec): unknown {
  return { spec: { template: { $patch: "replace", ...template } } };
}

function newRevision(
  set: StatefulSet,
  data: unknown,
  { revision, known }: { readonly revision: number; readonly known: readonly ControllerRevision[] },
): ControllerRevision {
  const { name, namespace } = set.metadata;
  const taken = new Set(known.map(({ metadata }) => metadata.name));
  let attempt = 0;
  while (taken.has(`${name}-${templateHash(data, attempt)}`)) attempt += 1;
  const hash = templateHash(data, attempt);
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels: { ...set.spec?.template.metadata?.labels, "controller.kubernetes.io/hash": hash },
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision,
  };
}
