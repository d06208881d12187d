import type { JsonPatchOperation } from "@heliostat/kube";
import type { Annotations, ObjectRef } from "./scale-view.ts";

/** Fails a patch of any other object, and of any other state of this one. */
export function preconditions({ uid, resourceVersion }: ObjectRef): readonly JsonPatchOperation[] {
  return [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
  ];
}

/** Puts `value` where it is not there yet. */
export function changed(path: string, before: unknown, value: number): readonly JsonPatchOperation[] {
  return before === value ? [] : [{ op: "add", path, value }];
}

/** Sets annotations, and removes those that are `undefined`; the whole map at once, since the preconditions hold it still. */
export function annotate(
  before: Annotations,
  changes: Readonly<Record<string, string | undefined>>,
): readonly JsonPatchOperation[] {
  const after = Object.fromEntries(
    Object.entries({ ...before, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const isSame =
    Object.keys(after).length === Object.keys(before).length &&
    Object.entries(after).every(([key, value]) => before[key] === value);
  return isSame ? [] : [{ op: "add", path: "/metadata/annotations", value: after }];
}
