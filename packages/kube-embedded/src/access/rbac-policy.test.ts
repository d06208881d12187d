import type { ClusterRole, PolicyRule } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ObjectStore } from "../store/object-store.ts";
import { type NaiveQuestion, naivelyAllowed } from "../testing/naive-rbac.ts";
import { type Binding, Grants } from "./grants.ts";
import { RbacPolicy } from "./rbac-policy.ts";
import { missingRules } from "./rules/missing-rules.ts";
import { ruleAllows } from "./rules/rule-allows.ts";

const GROUP = "rbac.authorization.k8s.io";

const few = (...values: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const verbs = few("get", "list", "bind", "*");
const resourceRule = fc.record(
  {
    verbs,
    apiGroups: few("", "apps", "*"),
    resources: few("pods", "pods/log", "*", "*/log", "*/scale", "nodes"),
    resourceNames: few("x", "y"),
  },
  { requiredKeys: ["verbs", "apiGroups", "resources"] },
);
const pathRule = fc.record({ verbs, nonResourceURLs: few("/a", "/a/*", "/b*", "*", "/a/b") });
const rule: fc.Arbitrary<PolicyRule> = fc.oneof({ weight: 3, arbitrary: resourceRule }, pathRule);
const rules = fc.array(rule, { maxLength: 4 });

const who = fc.record({
  user: fc.constantFrom("ann", "bob", "system:serviceaccount:a:sa"),
  groups: fc.subarray(["g", "h"]),
});
const question: fc.Arbitrary<NaiveQuestion> = fc.oneof(
  fc
    .tuple(
      who,
      fc.record({
        verb: fc.constantFrom("get", "list", "bind", "delete"),
        group: fc.constantFrom("", "apps", "batch"),
        resource: fc.constantFrom("pods", "pods/log", "nodes", "nodes/scale"),
        namespace: fc.constantFrom("", "a", "b"),
        name: fc.constantFrom("", "x", "z"),
      }),
    )
    .map(([person, wanted]) => ({ ...person, ...wanted })),
  fc
    .tuple(who, fc.constantFrom("get", "list"), fc.constantFrom("/a", "/a/b", "/a/b/c", "/bc", "/c"))
    .map(([person, verb, path]) => ({ ...person, verb, path })),
);

const subject = fc.constantFrom(
  { kind: "User", name: "ann" },
  { kind: "User", name: "g" },
  { kind: "Group", name: "g" },
  { kind: "Group", name: "ann" },
  { kind: "ServiceAccount", name: "sa" },
  { kind: "ServiceAccount", name: "sa", namespace: "a" },
  { kind: "ServiceAccount", name: "sa", namespace: "b" },
);

/** One step: a role or a binding appears, changes or, with nothing in it, goes. */
type Step =
  | { readonly role: string; readonly namespace: string; readonly rules: readonly PolicyRule[] }
  | {
      readonly binding: string;
      readonly namespace: string;
      readonly roleRef: { readonly kind: string; readonly name: string };
      readonly subjects: Binding["subjects"];
    };
const namespace = fc.constantFrom("", "a", "b");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ role: fc.constantFrom("r", "s"), namespace, rules }),
  fc.record({
    binding: fc.constantFrom("p", "q"),
    namespace,
    roleRef: fc.record({ kind: fc.constantFrom("Role", "ClusterRole"), name: fc.constantFrom("r", "s") }),
    subjects: fc.array(subject, { maxLength: 3 }),
  }),
);

describe("RbacPolicy", () => {
  it("answers as a naive reading of what is stored does, whatever was written and removed before", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(question, { maxLength: 20 }),
        (steps, asked) => {
          const store = new ObjectStore({ clock: new HandClock() });
          const policy = new RbacPolicy(new Grants(store));
          for (const each of steps) carryOut(store, each);
          const late = new RbacPolicy(new Grants(store));
          for (const each of asked) {
            const expected = naivelyAllowed(everythingIn(store), each);
            expect(policy.decide(attributes(each)).isAllowed).toBe(expected);
            expect(late.decide(attributes(each)).isAllowed).toBe(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("forbids everything where nothing is stored, and names the roles that are not there", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const policy = new RbacPolicy(new Grants(store));
    const asked = attributes({ user: "ann", groups: ["g"], verb: "get", resource: "pods", namespace: "a" });
    expect(policy.decide(asked)).toEqual({ isAllowed: false });
    carryOut(store, {
      binding: "p",
      namespace: "",
      roleRef: { kind: "ClusterRole", name: "gone" },
      subjects: [{ kind: "Group", name: "g" }],
    });
    expect(policy.decide(asked)).toEqual({
      isAllowed: false,
      evaluationError: 'RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    });
  });

  it("forgets whom a binding binds no longer, and finds whom it binds instead", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const policy = new RbacPolicy(new Grants(store));
    carryOut(store, {
      role: "r",
      namespace: "",
      rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    });
    const bind = (...subjects: NonNullable<Binding["subjects"]>): void =>
      carryOut(store, {
        binding: "p",
        namespace: "a",
        roleRef: { kind: "ClusterRole", name: "r" },
        subjects,
      });
    const isAllowed = (user: string, ...groups: readonly string[]): boolean =>
      policy.decide(attributes({ user, groups, verb: "get", resource: "pods", namespace: "a" })).isAllowed;
    bind({ kind: "User", name: "ann" }, { kind: "Group", name: "g" });
    expect([isAllowed("ann"), isAllowed("bob", "g"), isAllowed("bob")]).toEqual([true, true, false]);
    bind({ kind: "User", name: "bob" });
    expect([isAllowed("ann"), isAllowed("ann", "g"), isAllowed("bob")]).toEqual([false, false, true]);
    bind();
    expect(isAllowed("bob")).toBe(false);
  });

  it("takes an account's namespace from the subject, and from the binding only where the subject has none", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const policy = new RbacPolicy(new Grants(store));
    carryOut(store, {
      role: "r",
      namespace: "",
      rules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    });
    const subjects = [
      { kind: "ServiceAccount", name: "guest", namespace: "b" },
      { kind: "ServiceAccount", name: "local" },
    ];
    const roleRef = { kind: "ClusterRole", name: "r" };
    carryOut(store, { binding: "p", namespace: "a", roleRef, subjects });
    const isAllowed = (user: string): boolean =>
      policy.decide(attributes({ user, groups: [], verb: "get", resource: "pods", namespace: "a" }))
        .isAllowed;
    expect(isAllowed("system:serviceaccount:b:guest")).toBe(true);
    expect(isAllowed("system:serviceaccount:a:guest")).toBe(false);
    expect(isAllowed("system:serviceaccount:a:local")).toBe(true);
    expect(isAllowed("system:serviceaccount:b:local")).toBe(false);
  });

  it("says by which binding something is allowed", () => {
    const store = new ObjectStore({ clock: new HandClock() });
    const policy = new RbacPolicy(new Grants(store));
    const all = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
    carryOut(store, { role: "r", namespace: "a", rules: all });
    carryOut(store, {
      binding: "p",
      namespace: "a",
      roleRef: { kind: "Role", name: "r" },
      subjects: [{ kind: "ServiceAccount", name: "sa" }],
    });
    const robot = { user: "system:serviceaccount:a:sa", groups: [] };
    expect(policy.decide(attributes({ ...robot, verb: "get", resource: "pods", namespace: "a" }))).toEqual({
      isAllowed: true,
      reason: 'RBAC: allowed by RoleBinding "p/a" of Role "r" to ServiceAccount "sa/a"',
    });
  });
});

describe("missingRules", () => {
  it("misses nothing exactly when whoever holds the rules gains nothing", () => {
    fc.assert(
      fc.property(rules, rules, question, (held, wanted, asked) => {
        const missing = missingRules(held, wanted);
        const allows = (list: readonly PolicyRule[]): boolean =>
          list.some((each) => ruleAllows(each, attributes(asked)));
        if (allows(wanted) && !allows(held)) expect(missing).not.toEqual([]);
        if (allows(missing)) expect(allows(wanted)).toBe(true);
        expect(missingRules([...held, ...missing], wanted)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});

function carryOut(store: ObjectStore, change: Step): void {
  const place = change.namespace === "" ? {} : { namespace: change.namespace };
  const scope = change.namespace === "" ? "Cluster" : "";
  const isRole = "role" in change;
  const kind = isRole ? `${scope}Role` : `${scope}RoleBinding`;
  const name = isRole ? change.role : change.binding;
  const key = change.namespace === "" ? name : `${change.namespace}/${name}`;
  const address = { storageKey: `${GROUP}/${kind.toLowerCase()}s`, key };
  const content = isRole ? { rules: change.rules } : { roleRef: change.roleRef, subjects: change.subjects };
  const object = { apiVersion: `${GROUP}/v1`, kind, metadata: { name, ...place }, ...content } as ClusterRole;
  const present = store.get(address);
  const isEnd = isRole ? change.rules.length === 0 : change.subjects?.length === 0;
  if (isEnd && present) store.remove(address, present.object, present.revision);
  else if (!isEnd) store.put(address, structuredClone(object), present?.revision);
}

function everythingIn(store: ObjectStore): Parameters<typeof naivelyAllowed>[0] {
  const all = <T>(plural: string): readonly T[] =>
    [...store.collection(`${GROUP}/${plural}`).range("")].map(({ object }) => object as T);
  return {
    roles: [...all<ClusterRole>("roles"), ...all<ClusterRole>("clusterroles")],
    bindings: [...all<Binding>("rolebindings"), ...all<Binding>("clusterrolebindings")],
  };
}

function attributes({
  user: name,
  groups,
  verb,
  path,
  ...cell
}: NaiveQuestion): Parameters<RbacPolicy["decide"]>[0] {
  const base = { user: { name, groups }, verb, path: path ?? "" };
  if (path !== undefined) return base;
  const [plural = "", subresource] = (cell.resource ?? "").split("/");
  const resource = {
    group: cell.group ?? "",
    version: "v1",
    plural,
    ...(subresource && { subresource }),
    ...(cell.namespace && { namespace: cell.namespace }),
    ...(cell.name && { name: cell.name }),
  };
  return { ...base, resource };
}
