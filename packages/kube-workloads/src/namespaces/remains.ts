import {
  type Clock,
  type Condition,
  type KubeObject,
  type Namespace,
  type NamespaceStatus,
  type Resource,
  withCondition,
} from "@heliostat/kube";

/** What is still in a namespace that is being deleted. */
export interface Remains {
  readonly resource: Resource;
  readonly objects: readonly KubeObject[];
}

/** The status of a namespace that waits for its last objects, in Kubernetes' words. */
export function terminatingStatus(
  { status }: Namespace,
  remains: readonly Remains[],
  clock: Clock,
): NamespaceStatus {
  const before = (status?.conditions ?? []) as readonly Condition[];
  const nowMs = clock.now();
  const now = [...NO_TROUBLE, contentRemaining(remains), finalizersRemaining(remains)];
  const conditions = now.reduce<readonly Condition[]>((all, each) => withCondition(all, each, nowMs), before);
  return { phase: "Terminating", conditions };
}

/** What can go wrong elsewhere and not here: whoever waits for a namespace reads these too. */
const NO_TROUBLE: readonly Condition[] = [
  {
    type: "NamespaceDeletionDiscoveryFailure",
    status: "False",
    reason: "ResourcesDiscovered",
    message: "All resources successfully discovered",
  },
  {
    type: "NamespaceDeletionGroupVersionParsingFailure",
    status: "False",
    reason: "ParsedGroupVersions",
    message: "All legacy kube types successfully parsed",
  },
  {
    type: "NamespaceDeletionContentFailure",
    status: "False",
    reason: "ContentDeleted",
    message: "All content successfully deleted, may be waiting on finalization",
  },
];

function contentRemaining(remains: readonly Remains[]): Condition {
  const type = "NamespaceContentRemaining";
  if (remains.length === 0) {
    return { type, status: "False", reason: "ContentRemoved", message: "All content successfully removed" };
  }
  const parts = remains.map(
    ({ resource, objects }) =>
      `${resource.plural}.${resource.group} has ${objects.length} resource instances`,
  );
  const message = `Some resources are remaining: ${parts.sort().join(", ")}`;
  return { type, status: "True", reason: "SomeResourcesRemain", message };
}

function finalizersRemaining(remains: readonly Remains[]): Condition {
  const type = "NamespaceFinalizersRemaining";
  const counts = new Map<string, number>();
  for (const finalizer of remains.flatMap(({ objects }) => objects.flatMap(finalizersOf))) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  if (counts.size === 0) {
    const message = "All content-preserving finalizers finished";
    return { type, status: "False", reason: "ContentHasNoFinalizers", message };
  }
  const parts = [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
  const message = `Some content in the namespace has finalizers remaining: ${parts.sort().join(", ")}`;
  return { type, status: "True", reason: "SomeFinalizersRemain", message };
}

function finalizersOf({ metadata }: KubeObject): readonly string[] {
  return metadata.finalizers ?? [];
}
