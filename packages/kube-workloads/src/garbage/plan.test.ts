import type { Action } from "@heliostat/controller";
import { CONFIG_MAPS, type KubeObject, type ObjectMeta, type OwnerReference } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { planGarbage } from "./plan.ts";
import type { GarbageView, Located, OwnerSighting } from "./view.ts";

describe("planGarbage()", () => {
  it("leaves alone what has no owner, and what has one that is there", () => {
    expect(actionsFor({ owners: [] })).toEqual([]);
    expect(actionsFor({ owners: [owner("a", "present")] })).toEqual([]);
  });

  it("deletes what has lost its only owner, this very object", () => {
    const [action] = actionsFor({ owners: [owner("a", "absent")] });
    expect(action).toMatchObject({ do: "delete", uid: "me", options: { propagationPolicy: "Background" } });
  });

  it("strikes out the owner that is gone while another is left", () => {
    const [action] = actionsFor({ owners: [owner("a", "absent"), owner("b", "present")] });
    expect(action).toMatchObject({
      do: "patch",
      patch: { body: { metadata: { uid: "me", resourceVersion: "7", ownerReferences: [{ uid: "b" }] } } },
    });
  });

  it("deletes nothing for an owner that nobody can know of", () => {
    expect(actionsFor({ owners: [owner("a", "foreign")] })).toEqual([]);
  });

  it("deletes in the foreground what an owner waits for, when it has dependents itself", () => {
    const owners = [owner("a", "waiting for its dependents")];
    const [lonely] = actionsFor({ owners });
    const [parent] = actionsFor({ owners, dependents: [dependent("child", true)] });
    expect(lonely).toMatchObject({ options: { propagationPolicy: "Background" } });
    expect(parent).toMatchObject({ options: { propagationPolicy: "Foreground" } });
  });

  it("does not delete what is on its way out already", () => {
    expect(actionsFor({ metadata: { deletionTimestamp: "now" }, owners: [owner("a", "absent")] })).toEqual(
      [],
    );
  });

  it("drops the foreground finalizer only when no dependent blocks any more", () => {
    const metadata = { deletionTimestamp: "now", finalizers: ["foregroundDeletion", "theirs"] };
    expect(actionsFor({ metadata, dependents: [dependent("child", true)] })).toEqual([]);
    expect(actionsFor({ metadata, dependents: [dependent("child", false)] })).toMatchObject([
      { do: "patch", patch: { body: { metadata: { finalizers: ["theirs"] } } } },
    ]);
  });

  it("frees the dependents of what is to leave orphans, and only then lets it go", () => {
    const metadata = { deletionTimestamp: "now", finalizers: ["orphan"] };
    expect(actionsFor({ metadata, dependents: [dependent("child", true)] })).toMatchObject([
      { do: "patch", target: { name: "child" }, patch: { body: { metadata: { ownerReferences: [] } } } },
    ]);
    expect(actionsFor({ metadata })).toMatchObject([
      { do: "patch", target: { name: "me" }, patch: { body: { metadata: { finalizers: [] } } } },
    ]);
  });
});

interface Case extends Partial<Pick<GarbageView, "owners" | "dependents">> {
  readonly metadata?: Partial<ObjectMeta>;
}

function actionsFor({ metadata, owners = [], dependents = [] }: Case): readonly Action[] {
  const ownerReferences = owners.map(({ reference }) => reference);
  const object = configMap("me", { ownerReferences, ...metadata });
  return planGarbage({ resource: CONFIG_MAPS, object, owners, dependents }).actions;
}

function owner(uid: string, is: OwnerSighting["is"]): OwnerSighting {
  return { reference: referenceTo(uid), is };
}

function dependent(name: string, blockOwnerDeletion: boolean): Located {
  const ownerReferences = [{ ...referenceTo("me"), blockOwnerDeletion }];
  return { resource: CONFIG_MAPS, object: configMap(name, { ownerReferences }) };
}

function referenceTo(uid: string): OwnerReference {
  return { apiVersion: "v1", kind: "ConfigMap", name: uid, uid };
}

function configMap(name: string, metadata: Partial<ObjectMeta> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", uid: name, resourceVersion: "7", ...metadata },
  };
}
