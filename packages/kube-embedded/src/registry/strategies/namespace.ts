import type { Namespace } from "@heliostat/kube";
import type { ResourceStrategy } from "../served-resource.ts";

export const NAMESPACE_STRATEGY: ResourceStrategy = {
  nameRule: "label",
  defaults: (object) => withNameLabel(object as Namespace),
  prepareForCreate: (object) => newNamespace(object as Namespace),
  prepareForUpdate: (object, stored, { subresource }) =>
    subresource === "finalize" ? object : withKeptFinalizers(object as Namespace, stored as Namespace),
  prepareForDelete: (object) => ({ ...(object as Namespace), status: { phase: "Terminating" } }),
  isHeldBack: (object) => ((object as Namespace).spec?.finalizers ?? []).length > 0,
  deletionRefusal: ({ metadata }) =>
    IMMORTAL.includes(metadata.name) ? "this namespace may not be deleted" : undefined,
};

const IMMORTAL: readonly string[] = ["default", "kube-system", "kube-public"];
const NAME_LABEL = "kubernetes.io/metadata.name";

function withNameLabel(namespace: Namespace): Namespace {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, [NAME_LABEL]: metadata.name };
  return { ...namespace, metadata: { ...metadata, labels } };
}

function newNamespace(namespace: Namespace): Namespace {
  return { ...namespace, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
}

/** Only `namespaces/finalize` may take finalizers off. */
function withKeptFinalizers(namespace: Namespace, { spec }: Namespace): Namespace {
  return { ...namespace, spec: { ...namespace.spec, finalizers: spec?.finalizers ?? [] } };
}
