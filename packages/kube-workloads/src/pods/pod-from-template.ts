import {
  controllerReference,
  type KubeObject,
  type ObjectMeta,
  type Pod,
  type PodSpec,
  type PodTemplateSpec,
} from "@heliostat/kube";

/** What a pod gets beside its template. */
export interface PodIdentity {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod of `owner`, as its template describes it. */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: KubeObject,
  { name, labels, annotations }: PodIdentity,
): Pod {
  const { metadata = {}, spec = NOTHING } = template;
  const { namespace } = owner.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...textMap("labels", metadata.labels, labels),
      ...textMap("annotations", metadata.annotations, annotations),
      ...(metadata.finalizers && { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec,
  };
}

const NOTHING: PodSpec = { containers: [] };

function textMap(
  field: "labels" | "annotations",
  given: Readonly<Record<string, string>> = {},
  added: Readonly<Record<string, string>> = {},
): Partial<ObjectMeta> {
  const all = { ...given, ...added };
  return Object.keys(all).length > 0 ? { [field]: all } : {};
}
