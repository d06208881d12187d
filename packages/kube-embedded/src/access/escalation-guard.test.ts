import { type Json, ROLES, type Role } from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../api/kube-api.ts";
import { type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";

const RBAC = "rbac.authorization.k8s.io";
const ROOT: Caller = { user: { name: "root", groups: ["system:masters"] }, fieldManager: "test" };
const JANE: Caller = {
  user: { name: "jane", groups: ["dev", "system:authenticated"] },
  fieldManager: "test",
};
const PODS_READ = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
const SECRETS_READ = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };

let kubernetes: TestKubernetes;

beforeEach(async () => {
  kubernetes = await testKubernetes({ authorization: "rbac" });
  await create("clusterroles", role("pod-reader", [PODS_READ]), ROOT);
  await create("clusterroles", role("secret-reader", [SECRETS_READ]), ROOT);
  await create("rolebindings", binding("jane", "pod-reader", "jane"), ROOT);
});

describe("nobody gives what he does not hold", () => {
  it("in a role: what he holds may be written, what he lacks is named", async () => {
    await create("roles", role("mine", [PODS_READ]), JANE);
    await expect(create("roles", role("more", [PODS_READ, SECRETS_READ]), JANE)).rejects.toMatchObject({
      reason: "Forbidden",
      message:
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    });
    await expect(replace("roles", role("mine", [SECRETS_READ]), JANE)).rejects.toThrow("not currently held");
    await expect(create("clusterroles", role("mine", [PODS_READ]), JANE)).rejects.toThrow(
      "not currently held",
    );
  });

  it("by a binding: to roles that he holds anyway, and to no others", async () => {
    await create("rolebindings", binding("john", "pod-reader", "john"), JANE);
    await expect(create("rolebindings", binding("bad", "secret-reader", "jane"), JANE)).rejects.toThrow(
      '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    );
    await expect(create("rolebindings", binding("bad", "cluster-admin", "jane"), JANE)).rejects.toThrow(
      '{NonResourceURLs:["*"], Verbs:["*"]}',
    );
    await expect(create("clusterrolebindings", binding("bad", "pod-reader", "jane"), JANE)).rejects.toThrow(
      "not currently held",
    );
    await expect(create("rolebindings", binding("bad", "gone", "jane"), JANE)).rejects.toMatchObject({
      reason: "NotFound",
      message: 'clusterroles.rbac.authorization.k8s.io "gone" not found',
    });
  });

  it("by adding himself to a binding, but may release one from its owner", async () => {
    await create("rolebindings", binding("secret", "secret-reader", "root"), ROOT);
    const joined = binding("secret", "secret-reader", "jane");
    await expect(replace("rolebindings", joined, JANE)).rejects.toThrow("not currently held");
    const released = binding("secret", "secret-reader", "root");
    await replace("rolebindings", { ...released, metadata: { name: "secret", finalizers: ["a/b"] } }, JANE);
  });

  it("by a label that puts a role into others", async () => {
    await create("roles", role("theirs", [SECRETS_READ]), ROOT);
    const labelled = { ...role("theirs", [SECRETS_READ]), metadata: { name: "theirs", labels: { x: "y" } } };
    await expect(replace("roles", labelled, JANE)).rejects.toThrow("not currently held");
  });

  it("by aggregation, unless he is a cluster administrator", async () => {
    const gathering = { ...role("all", []), aggregationRule: { clusterRoleSelectors: [{}] } };
    await expect(create("clusterroles", gathering, JANE)).rejects.toThrow(
      "must have cluster-admin privileges to use the aggregationRule",
    );
    await create("clusterroles", gathering, ROOT);
  });
});

it("the parts of this program write what roles they need", async () => {
  const rules = [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }];
  const metadata = { name: "ray", namespace: "default" };
  const { client } = kubernetes;
  await client.create(ROLES, { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules } as Role);
});

describe("who may `escalate` or `bind`", () => {
  it("may write roles beyond his own", async () => {
    const rule = { apiGroups: [RBAC], resources: ["roles"], resourceNames: ["more"], verbs: ["escalate"] };
    await create("roles", role("escalator", [rule]), ROOT);
    await create("rolebindings", binding("escalator", "escalator", "jane", "Role"), ROOT);
    await create("roles", role("more", [SECRETS_READ]), JANE);
    await expect(create("roles", role("other", [SECRETS_READ]), JANE)).rejects.toThrow("not currently held");
  });

  it("may bind to the roles that he may bind to", async () => {
    const rule = {
      apiGroups: [RBAC],
      resources: ["clusterroles"],
      resourceNames: ["secret-reader"],
      verbs: ["bind"],
    };
    await create("roles", role("binder", [rule]), ROOT);
    await create("rolebindings", binding("binder", "binder", "jane", "Role"), ROOT);
    await create("rolebindings", binding("good", "secret-reader", "john"), JANE);
    await expect(create("rolebindings", binding("bad", "cluster-admin", "john"), JANE)).rejects.toThrow(
      "not currently held",
    );
    await expect(
      create("clusterrolebindings", binding("bad", "secret-reader", "john"), JANE),
    ).rejects.toThrow("not currently held");
  });
});

describe("the shape of roles and bindings", () => {
  const ruleAt = (rule: object, plural = "roles") => create(plural, role("bad", [rule]), ROOT);

  it("is checked in Kubernetes' words", async () => {
    await expect(ruleAt({ verbs: [] })).rejects.toThrow("rules[0].verbs: Required value: verbs must contain");
    await expect(ruleAt({ verbs: ["get"], resources: ["pods"] })).rejects.toThrow(
      "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
    );
    await expect(ruleAt({ verbs: ["get"], apiGroups: [""] })).rejects.toThrow(
      "rules[0].resources: Required value: resource rules must supply at least one resource",
    );
    await expect(ruleAt({ verbs: ["get"], nonResourceURLs: ["/x"] })).rejects.toThrow(
      'rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs',
    );
    await expect(
      ruleAt({ verbs: ["get"], nonResourceURLs: ["/x"], apiGroups: [""] }, "clusterroles"),
    ).rejects.toThrow("rules cannot apply to both regular resources and non-resource URLs");
    await expect(create("clusterroles", { ...role("bad", []), aggregationRule: {} }, ROOT)).rejects.toThrow(
      "aggregationRule.clusterRoleSelectors: Required value",
    );
  });

  it("says which subjects and references make sense", async () => {
    const good = binding("good", "pod-reader", "jane");
    const attempt = (change: object, plural = "rolebindings") => create(plural, { ...good, ...change }, ROOT);
    const roleRef = { apiGroup: RBAC, kind: "ClusterRole", name: "x" };
    await expect(attempt({ roleRef: { ...roleRef, kind: "Pod" } })).rejects.toThrow(
      'roleRef.kind: Unsupported value: "Pod": supported values: "ClusterRole", "Role"',
    );
    await expect(attempt({ roleRef: { ...roleRef, kind: "Role" } }, "clusterrolebindings")).rejects.toThrow(
      'supported values: "ClusterRole"',
    );
    await expect(attempt({ roleRef: { ...roleRef, apiGroup: "apps" } })).rejects.toThrow("roleRef.apiGroup");
    await expect(attempt({ roleRef: { ...roleRef, name: "a/b" } })).rejects.toThrow("may not contain '/'");
    await expect(attempt({ subjects: [{ kind: "Robot", name: "x" }] })).rejects.toThrow(
      'subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
    );
    await expect(attempt({ subjects: [{ kind: "User", name: "" }] })).rejects.toThrow("subjects[0].name");
    const homeless = { subjects: [{ kind: "ServiceAccount", name: "x" }] };
    await expect(attempt(homeless, "clusterrolebindings")).rejects.toThrow(
      "subjects[0].namespace: Required value",
    );
    const { object } = await attempt({ roleRef: { kind: "ClusterRole", name: "pod-reader" } });
    expect(object).toMatchObject({ roleRef: { apiGroup: RBAC }, subjects: [{ apiGroup: RBAC }] });
    await expect(replace("rolebindings", { ...good, roleRef }, ROOT)).rejects.toThrow(
      "cannot change roleRef",
    );
  });
});

function role(name: string, rules: readonly object[]): Record<string, unknown> {
  return { metadata: { name }, rules };
}

/** @param reference names a ClusterRole, or with `Role` after it a role of the namespace */
function binding(name: string, reference: string, ...[user, kind = "ClusterRole"]: readonly string[]) {
  return {
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind, name: reference },
    subjects: [{ kind: "User", name: user }],
  };
}

function create(plural: string, object: object, caller: Caller) {
  return kubernetes.api.create(kubernetes.target(`${RBAC}/v1`, plural), object as Json, caller);
}

function replace(plural: string, object: object, caller: Caller) {
  const { name } = (object as { readonly metadata: { readonly name: string } }).metadata;
  return kubernetes.api.update(kubernetes.target(`${RBAC}/v1`, plural, { name }), object as Json, caller);
}
