import type { KubeObject } from "@heliostat/kube";
import type { JsonObject } from "../schema/json-value.ts";
import { type Conflict, conflictError } from "./conflicts.ts";
import {
  difference,
  differenceInDepth,
  EMPTY_SET,
  type FieldSet,
  intersection,
  isEmptySet,
} from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import type { KindVersions } from "./kind-versions.ts";
import { fieldsLastApplied, withLastApplied } from "./last-applied.ts";
import { mergedObject } from "./merge.ts";
import { appliedFields } from "./owned-fields.ts";
import { fieldsOf, isOwnEntry, type Owners, ownerEntry, sortedOwners, type Writer } from "./owners.ts";
import { prunedObject } from "./prune.ts";
import { rememberSchema } from "./reconcile-schema.ts";
import { ownable } from "./server-fields.ts";
import { trackedUpdate } from "./track-update.ts";
import { reconciledOwners, VersionedChanges, yielded } from "./versioned-changes.ts";

export interface Application {
  /** What is there, without its `managedFields`; `undefined`: the object is new. */
  readonly live: KubeObject | undefined;
  readonly owners: Owners;
  /** What the applier wants, and nothing else: it gives up what it leaves out. */
  readonly config: KubeObject;
  readonly writer: Writer;
  /** Take from others what they own and the configuration wants otherwise. */
  readonly isForced: boolean;
  /** RFC 3339 */
  readonly time: string;
  /** What cannot be written through the endpoint that is used. */
  readonly reset: FieldSet;
}

export interface Applied {
  readonly object: KubeObject;
  readonly owners: Owners;
}

/**
 * Server-side apply: lay a configuration over a live object, drop what its applier no longer wants, and write down who
 * owns what.
 *
 * @throws KubeError `Conflict` when another owner's field would change and the applier does not insist
 */
export function appliedConfig(application: Application, versions: KindVersions): Applied {
  const { live, config, writer, reset, time, isForced } = application;
  const type = typeOf(versions, writer.apiVersion);
  const owners = ownersBefore(application, versions);
  const own = owners.find((entry) => isOwnEntry(entry, writer));
  const others = owners.filter((entry) => entry !== own);
  const wanted = appliedFields(json(config), type);
  const fields = rememberSchema(ownable(wanted, reset), type);
  const entry = ownerEntry(writer, fields, time);

  const merged = mergedObject(live === undefined ? {} : json(live), json(config), type);
  const object = prunedObject(
    {
      merged: merged as unknown as KubeObject,
      apiVersion: writer.apiVersion,
      last: own,
      // The object's identity is nobody's, but it is wanted: with it `metadata` stays.
      owners: [...others, ownerEntry(writer, differenceInDepth(wanted, reset), time)],
    },
    versions,
  );
  const changes = new VersionedChanges(
    { before: live, after: object, apiVersion: writer.apiVersion },
    versions,
  );
  if (!isForced) assertNoConflict(others, changes, fieldsLastApplied(live, writer.name, type));
  const left = others.flatMap((each) => yielded(each, changes));
  return {
    object: withLastApplied(object, json(config), writer.name),
    owners: sortedOwners(isEmptySet(fields) ? left : [...left, entry]),
  };
}

const FIRST_APPLY = "before-first-apply";

/** The owners at the start. What was never tracked gets one owner for all that is there. */
function ownersBefore(application: Application, versions: KindVersions): Owners {
  const { live, owners, writer, time, reset } = application;
  if (live === undefined) return [];
  if (owners.length > 0) return reconciledOwners(owners, live, versions);
  const { apiVersion } = writer;
  const change = { before: undefined, after: live, apiVersion };
  const first: Writer = { ...writer, name: FIRST_APPLY, operation: "Update" };
  return trackedUpdate({ change, owners, writer: first, time, reset }, versions);
}

function assertNoConflict(others: Owners, changes: VersionedChanges, allowed: FieldSet): void {
  const conflicts = others.flatMap((owner): readonly Conflict[] => {
    const changed = changes.at(owner.apiVersion ?? "")?.changed ?? EMPTY_SET;
    const fields = difference(intersection(fieldsOf(owner), changed), allowed);
    return isEmptySet(fields) ? [] : [{ owner, fields }];
  });
  if (conflicts.length > 0) throw conflictError(conflicts);
}

function typeOf(versions: KindVersions, apiVersion: string): FieldType {
  const type = versions.typeOf(apiVersion);
  if (type === undefined) throw new Error(`Cannot apply in version ${apiVersion}: it is not served`);
  return type;
}

function json(object: KubeObject): JsonObject {
  return object as unknown as JsonObject;
}
