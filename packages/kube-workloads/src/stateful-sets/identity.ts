import {
  controllerReference,
  type PersistentVolumeClaim,
  type Pod,
  type PodTemplateSpec,
  type StatefulSet,
  type Volume,
} from "@heliostat/kube";
import { podFromTemplate } from "../pods/pod-from-template.ts";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";
export const REVISION_LABEL: string = "controller-revision-hash";

/** The numbers that the pods of a set bear. */
export function ordinalsOf({ spec }: StatefulSet): readonly number[] {
  const start = spec?.ordinals?.start ?? 0;
  return Array.from({ length: spec?.replicas ?? 1 }, (_, index) => start + index);
}

/** The number of a pod of the set; `undefined` when its name has none. */
export function ordinalOf({ metadata }: Pod, set: StatefulSet): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const digits = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** The pod of one number: it has a name that stays, in a domain that the set's service makes, and volumes of its own. */
export function statefulPod(
  set: StatefulSet,
  ordinal: number,
  { template, revision }: { readonly template: PodTemplateSpec; readonly revision: string },
): Pod {
  const name = `${set.metadata.name}-${ordinal}`;
  const labels = { [POD_NAME]: name, [POD_INDEX]: String(ordinal), [REVISION_LABEL]: revision };
  const pod = podFromTemplate(template, set, { name, labels });
  const spec = pod.spec ?? { containers: [] };
  const { serviceName } = set.spec ?? {};
  const volumes = withClaims(spec.volumes ?? [], set, ordinal);
  return {
    ...pod,
    spec: {
      ...spec,
      hostname: name,
      ...(serviceName && { subdomain: serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** The claims of one number: they outlive its pods. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] {
  const { selector, volumeClaimTemplates = [], persistentVolumeClaimRetentionPolicy } = set.spec ?? {};
  const { namespace } = set.metadata;
  const isOwned = persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  return volumeClaimTemplates.map(({ metadata, spec = {} }) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: claimName(metadata.name, set, ordinal),
      ...(namespace !== undefined && { namespace }),
      labels: { ...metadata.labels, ...selector?.matchLabels },
      ...(metadata.annotations && { annotations: metadata.annotations }),
      ...(isOwned && { ownerReferences: [controllerReference(set)] }),
    },
    spec,
  }));
}

function claimName(template: string, { metadata }: StatefulSet, ordinal: number): string {
  return `${template}-${metadata.name}-${ordinal}`;
}

/** A claim takes the place of a volume of its template's name. */
function withClaims(volumes: readonly Volume[], set: StatefulSet, ordinal: number): readonly Volume[] {
  const names = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const claimed = names.map((name) => ({
    name,
    persistentVolumeClaim: { claimName: claimName(name, set, ordinal) },
  }));
  return [...volumes.filter(({ name }) => !names.includes(name)), ...claimed];
}
