import { controllerOf, groupResource, isEqualJson, isTerminating, type KubeObject } from "@heliostat/kube";
import type { Revision, State } from "./revision-log.ts";
import type { FaultSuite, Invariant } from "./scenario.ts";

const MAX_NAME_LENGTH = 63;
const FOREIGN_PREFIX = "foreign.example/";
const SEEN_PREFIX = `${FOREIGN_PREFIX}seen-`;

/** The promise that the second writer makes for a parent, and keeps when that is to go. */
export const FOREIGN_FINALIZER: string = `${FOREIGN_PREFIX}promise`;

/** The annotation that the second writer puts on objects of a resource: nobody's business but its own. */
export function foreignAnnotation(plural: string): string {
  return `${SEEN_PREFIX}${plural}`;
}

/** What holds for any controller whatever. They remember what they have seen: made anew for each run. */
export function generalInvariants(suite: FaultSuite): readonly Invariant[] {
  const parents = new Set(suite.parents.map(groupResource));
  const isParent = ({ resource }: Revision): boolean => parents.has(groupResource(resource));
  return [
    {
      name: "names fit into a label",
      check: ({ before, after, resource, isByController }) => {
        if (!isByController || before || !after || isMinor(resource)) return undefined;
        const { name } = after.metadata;
        return name.length > MAX_NAME_LENGTH
          ? `${resource.plural} ${name} has ${name.length} characters`
          : undefined;
      },
    },
    {
      name: "what users write stays theirs",
      check: (change) => (change.isByController && isParent(change) ? usersFieldChanged(change) : undefined),
    },
    { name: "what others have added stays", check: foreignFieldLost },
    observedGeneration(isParent),
    {
      name: "everything is owned by the living parent",
      check: (change, state) => (isParent(change) ? undefined : ownerless(change, state, suite)),
    },
    {
      name: "finalizers are removed from what is deleted, and from nothing else",
      check: ({ before, after, isByController, key }) => {
        if (!isByController || !before || !after || isTerminating(before)) return undefined;
        const kept = new Set(after.metadata.finalizers);
        const lost = (before.metadata.finalizers ?? []).filter((each) => !kept.has(each));
        return lost.length > 0 ? `${key} lost ${lost.join(", ")}` : undefined;
      },
    },
  ];
}

function isMinor({ plural }: { readonly plural: string }): boolean {
  return plural === "events" || plural === "leases";
}

function usersFieldChanged({ key, before, after }: Revision): string | undefined {
  if (!before || !after) return undefined;
  const changed = (["labels", "annotations"] as const).filter(
    (field) => !isEqualJson(before.metadata[field] ?? {}, after.metadata[field] ?? {}),
  );
  const isSpecChanged = !isEqualJson(specOf(before), specOf(after));
  const fields = [...changed, ...(isSpecChanged ? ["spec"] : [])];
  return fields.length > 0 ? `the controller changed ${fields.join(", ")} of ${key}` : undefined;
}

function specOf(object: KubeObject): object {
  return (object as { readonly spec?: object }).spec ?? {};
}

function foreignFieldLost(change: Revision): string | undefined {
  const { key, before, after, isByController, resource } = change;
  if (!isByController || !before || !after || before.metadata.uid !== after.metadata.uid) return undefined;
  const lost = (["labels", "annotations"] as const).flatMap((field) =>
    Object.entries(before.metadata[field] ?? {}).flatMap(([name, value]) =>
      isForeign(name, resource.plural) && after.metadata[field]?.[name] !== value ? [name] : [],
    ),
  );
  const kept = new Set(after.metadata.finalizers);
  const finalizers = (before.metadata.finalizers ?? []).filter(
    (each) => each.startsWith(FOREIGN_PREFIX) && !kept.has(each),
  );
  const all = [...lost, ...finalizers];
  return all.length > 0 ? `${key} lost ${all.join(", ")}` : undefined;
}

/** Whether somebody else has put it on this object, and not on one from which the controller copies annotations. */
function isForeign(name: string, plural: string): boolean {
  return name.startsWith(SEEN_PREFIX) ? name === foreignAnnotation(plural) : name.startsWith(FOREIGN_PREFIX);
}

function observedGeneration(isParent: (change: Revision) => boolean): Invariant {
  return {
    name: "observedGeneration is never ahead and never goes back",
    check: (change) => {
      const now = change.after && isParent(change) ? observedOf(change.after) : undefined;
      return now === undefined ? undefined : wrongGeneration(change, now);
    },
  };
}

function wrongGeneration({ before, after, key }: Revision, now: number): string | undefined {
  const { generation = 0, uid } = after?.metadata ?? {};
  if (now > generation) return `${key}: ${now} of ${generation}`;
  const earlier = before?.metadata.uid === uid ? before && observedOf(before) : undefined;
  return earlier !== undefined && now < earlier ? `${key}: ${earlier}, then ${now}` : undefined;
}

function observedOf(object: KubeObject): number | undefined {
  return (object as { readonly status?: { readonly observedGeneration?: number } }).status
    ?.observedGeneration;
}

function ownerless(
  { before, after, resource, isByController, key }: Revision,
  state: State,
  suite: FaultSuite,
) {
  if (before || !after || !isByController || isMinor(resource)) return undefined;
  const owner = controllerOf(after);
  if (!owner) return `${resource.plural} ${key} has no owner`;
  const isAlive = suite.parents.some((parent) =>
    state.of(parent).some(({ metadata }) => metadata.uid === owner.uid),
  );
  // A create that was under way when its owner went is the garbage collector's business.
  const wasAlive = state.revisions.some((change) => change.before?.metadata.uid === owner.uid);
  return isAlive || wasAlive
    ? undefined
    : `${resource.plural} ${key} is owned by ${owner.kind} ${owner.name}, which is not`;
}
