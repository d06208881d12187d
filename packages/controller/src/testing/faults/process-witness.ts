import { groupResource, isEqualJson, type KubeObject, keyOf } from "@heliostat/kube";
import type { Lab } from "./lab.ts";
import { revisionOf } from "./revision-log.ts";
import { type WireWitness, type WriteCall, writeText } from "./wire.ts";

interface Stand {
  readonly lab: Lab;
  /** Whether another process leads by now. */
  readonly isDeposed: () => boolean;
  /** Where the scenario takes place. */
  readonly namespaces: ReadonlySet<string>;
  readonly report: (invariant: string, detail: string) => void;
  readonly asked: () => void;
  readonly arrives: (call: WriteCall) => void;
}

/** What is told of one process, and what no process may do. */
export function witnessOf({ lab, isDeposed, namespaces, report, asked, arrives }: Stand): WireWitness {
  const { log, suite } = lab;
  const parents = new Set(suite.parents.map(groupResource));
  const made = new Map<string, KubeObject>();
  const deleted = new Set<string>();
  return {
    asks: asked,
    hears: ({ verb, uid, subresource }, answer) => {
      if (uid !== undefined) deleted.add(uid);
      const { uid: madeUid } = answer?.metadata ?? {};
      if (answer && madeUid && verb === "create" && subresource === undefined) made.set(madeUid, answer);
    },
    leaves: (call) => {
      if (isDeposed()) report("a leader whose lease is over sends nothing", writeText(call));
    },
    arrives: (call) => {
      arrives(call);
      const { namespace } = call.name;
      if (namespace !== undefined && !namespaces.has(namespace) && call.resource.plural !== "leases")
        report("writes stay in the namespace", `${call.verb} ${call.resource.plural} in ${namespace}`);
      if (call.verb === "delete") checkDeletion(call);
      if (call.verb === "create") checkCreation(call);
    },
    done: (call, answer, seen) => {
      if (!answer) return;
      const before = log.get(call.resource, keyOf(call.name));
      log.authored(answer, { isLate: isDeposed() });
      const isStatus = call.subresource === "status" && parents.has(groupResource(call.resource));
      if (!isStatus || !before || revisionOf(answer) === revisionOf(before)) return;
      if (seen !== undefined && seen >= revisionOf(before)) return;
      report("no status is overwritten unseen", `${call.name.name}: saw ${seen}, was ${revisionOf(before)}`);
    },
  };

  function checkCreation({ resource, name }: WriteCall): void {
    const there = log.get(resource, keyOf(name));
    const own = there && made.get(there.metadata.uid ?? "");
    // What somebody has taken away from its owner is another's by now.
    if (own && isEqualJson(own.metadata.ownerReferences ?? [], there.metadata.ownerReferences ?? []))
      report("nobody makes what he has made", `${resource.plural} ${name.name}`);
  }

  function checkDeletion({ resource, name, uid }: WriteCall): void {
    const text = `${resource.plural} ${name.name}`;
    if (uid === undefined) report("a deletion names the very object", text);
    else if (deleted.has(uid)) report("nobody deletes what he has deleted", text);
    log.deletionAsked(log.get(resource, keyOf(name)));
  }
}
