import type { FieldSet } from "./field-set.ts";
import { isEmptySet, union } from "./field-set.ts";
import type { KindVersions } from "./kind-versions.ts";
import {
  cappedOwners,
  fieldsOf,
  isOwnEntry,
  type Owners,
  ownerEntry,
  sortedOwners,
  type Writer,
} from "./owners.ts";
import { rememberSchema } from "./reconcile-schema.ts";
import { ownable } from "./server-fields.ts";
import { type Change, reconciledOwners, VersionedChanges, yielded } from "./versioned-changes.ts";

export interface Tracking {
  readonly change: Change;
  readonly owners: Owners;
  readonly writer: Writer;
  /** RFC 3339 */
  readonly time: string;
  /** What cannot be written through the endpoint that is used. */
  readonly reset: FieldSet;
  /** Answers with an equal set that is stored already, if there is one: most objects of a kind are alike. */
  share?(fields: FieldSet): FieldSet;
}

/**
 * Who owns what after a write that is no apply: the writer owns what it changed, everybody else loses that, and all
 * lose what is gone. A write that changes nothing leaves the owners as they are.
 */
export function trackedUpdate(tracking: Tracking, versions: KindVersions): Owners {
  const { change, owners, writer, time, reset, share = (fields) => fields } = tracking;
  const { before, apiVersion } = change;
  // Kubernetes rule: what nobody has tracked from its birth is tracked from its first apply on.
  if (before !== undefined && owners.length === 0) return owners;
  const changes = new VersionedChanges(change, versions);
  const found = changes.at(apiVersion);
  if (found === undefined || (isEmptySet(found.changed) && isEmptySet(found.removed))) return owners;

  const today = before === undefined ? owners : reconciledOwners(owners, before, versions);
  const others = today.flatMap((entry) => yielded(entry, changes));
  const fields = ownable(found.changed, reset);
  if (isEmptySet(fields)) return sortedOwners(others);
  const own = others.find((entry) => isOwnEntry(entry, writer));
  const all = share(own === undefined ? fields : union(fieldsOf(own), fields));
  const entry = ownerEntry(writer, rememberSchema(all, found.type), time);
  return sortedOwners(cappedOwners([...others.filter((each) => each !== own), entry]));
}
