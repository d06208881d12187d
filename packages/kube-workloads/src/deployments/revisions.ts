import {
  controllerReference,
  type Deployment,
  isEqualJson,
  type PodTemplateSpec,
  type ReplicaSet,
} from "@heliostat/kube";
import { templateHash } from "../pods/template-hash.ts";

const HASH_LABEL = "pod-template-hash";
export const REVISION: string = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS: string = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS: string = "deployment.kubernetes.io/max-replicas";

/** What a ReplicaSet does not take over from its deployment (Kubernetes: `annotationsToSkip`). */
const OWN_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deprecated.deployment.rollback.to",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

/** The ReplicaSet of the deployment's present template; the oldest when there are several. */
export function currentReplicaSet(
  { spec }: Deployment,
  oldestFirst: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return oldestFirst.find((each) =>
    isEqualJson(withoutHash(each.spec?.template), withoutHash(spec?.template)),
  );
}

/** The number of the revision that a ReplicaSet is; 0 when it does not say. */
function revisionOf({ metadata }: ReplicaSet): number {
  const revision = Number(metadata.annotations?.[REVISION] ?? 0);
  return Number.isInteger(revision) ? revision : 0;
}

/** The annotations of the present ReplicaSet: the deployment's, and the revision that follows the older ones'. */
export function revisionAnnotations(
  { metadata }: Deployment,
  current: ReplicaSet | undefined,
  older: readonly ReplicaSet[],
): Readonly<Record<string, string>> {
  const inherited = Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN_ANNOTATIONS.has(key));
  const before = current ? revisionOf(current) : 0;
  const next = Math.max(0, ...older.map(revisionOf)) + 1;
  const kept = current?.metadata.annotations ?? {};
  const annotations = { ...kept, ...Object.fromEntries(inherited) };
  if (before >= next) return annotations;
  const history = before > 0 ? { [REVISION_HISTORY]: withRevision(kept[REVISION_HISTORY], before) } : {};
  return { ...annotations, ...history, [REVISION]: String(next) };
}

/** A ReplicaSet for the deployment's present template. */
export function newReplicaSet(
  deployment: Deployment,
  annotations: Readonly<Record<string, string>>,
  { replicas, takenNames }: { readonly replicas: number; readonly takenNames: ReadonlySet<string> },
): ReplicaSet {
  const { metadata, spec } = deployment;
  const template = spec?.template ?? {};
  const hash = freeHash(metadata.name, template, takenNames);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const { selector = {}, minReadySeconds } = spec ?? {};
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** Two templates may have one hash, or a name may be taken by a stranger: then another is tried. */
function freeHash(name: string, template: PodTemplateSpec, takenNames: ReadonlySet<string>): string {
  let attempt = 0;
  while (takenNames.has(`${name}-${templateHash(template, attempt)}`)) attempt += 1;
  return templateHash(template, attempt);
}

function withRevision(history: string | undefined, revision: number): string {
  return history ? `${history},${revision}` : String(revision);
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  const { metadata: { labels = {}, ...metadata } = {}, ...rest } = template ?? {};
  const { [HASH_LABEL]: _, ...others } = labels;
  return { ...rest, metadata: { ...metadata, labels: others } };
}
