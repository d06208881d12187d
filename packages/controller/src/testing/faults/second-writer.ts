import { isTerminating, type Json, keyOf, nameOf, type ObjectName, type Resource } from "@heliostat/kube";
import { FOREIGN_FINALIZER, foreignAnnotation } from "./general-invariants.ts";
import type { Lab } from "./lab.ts";
import type { WriteCall } from "./wire.ts";

/**
 * Somebody else writes to an object, or to every parent when it is not there. Parents get a promise of his besides: a
 * finalizer, which he keeps when the object is to go.
 */
export async function writeAsSecond(
  { log, suite, client }: Lab,
  { resource, name }: Pick<WriteCall, "resource" | "name">,
  value: string,
): Promise<void> {
  const target = log.get(resource, keyOf(name));
  const targets: readonly Target[] = target
    ? [[resource, nameOf(target)]]
    : suite.parents.flatMap((each) => log.of(each).map((object) => [each, nameOf(object)] as const));
  for (const [each, where] of targets) {
    const annotations = { [foreignAnnotation(each.plural)]: value };
    const promise = suite.parents.includes(each) ? await promiseFor(client, each, where) : {};
    const body: Json = { metadata: { annotations, ...promise } };
    await client.patch(each, where, { patch: { type: "merge", body } }).catch(() => undefined);
  }
}

type Target = readonly [Resource, ObjectName];

async function promiseFor(
  client: Lab["client"],
  resource: Resource,
  where: ObjectName,
): Promise<{ readonly finalizers?: string[] }> {
  const live = await client.get(resource, where).catch(() => undefined);
  if (!live || isTerminating(live)) return {};
  return { finalizers: [...new Set([...(live.metadata.finalizers ?? []), FOREIGN_FINALIZER])] };
}
