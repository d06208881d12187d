import type { ClusterRole, Json, PolicyRule } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";
import { bootstrapRoles } from "./bootstrap/bootstrap-roles.ts";
import { installBootstrap } from "./bootstrap/install-bootstrap.ts";
import { aggregatedRules } from "./role-aggregation.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const RAY_RULE: PolicyRule = { apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["get"] };
const ROOT = { ...CALLER, user: { name: "root", groups: ["system:masters"] } };

describe("aggregatedRules", () => {
  const role = (name: string, labels: Record<string, string>, rules: readonly PolicyRule[] = []) =>
    ({ apiVersion: RBAC, kind: "ClusterRole", metadata: { name, labels }, rules }) as ClusterRole;

  it("gathers each rule of the selected roles once, in the order of their names, and never its own", () => {
    const own = { ...RAY_RULE, verbs: ["delete"] };
    const all: ClusterRole = {
      ...role("all", { part: "1" }, [own]),
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { part: "1" } }, { matchLabels: { part: "2" } }],
      },
    };
    const list = { ...RAY_RULE, verbs: ["list"] };
    const roles = [
      role("c", { part: "2" }, [list]),
      role("b", { part: "1" }, [RAY_RULE, list]),
      role("a", { part: "3" }, [own]),
      all,
    ];
    expect(aggregatedRules(all, roles)).toEqual([RAY_RULE, list]);
  });
});

describe("a cluster with roles", () => {
  it("has the ladder view, edit, admin, each with what the one below it has", async () => {
    const kubernetes = await testKubernetes({ authorization: "rbac" });
    const [view, edit, admin] = await Promise.all(
      ["view", "edit", "admin"].map((name) => rulesOf(kubernetes, name)),
    );
    expect(view?.length).toBeGreaterThan(5);
    expect(edit).toEqual(expect.arrayContaining([...(view ?? [])]));
    expect(admin).toEqual(expect.arrayContaining([...(edit ?? [])]));
  });

  it("lets a labelled role into view, edit and admin, and takes it out again", async () => {
    const kubernetes = await testKubernetes({ authorization: "rbac" });
    const target = kubernetes.target(RBAC, "clusterroles");
    const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
    const body = { metadata: { name: "ray-viewer", labels }, rules: [RAY_RULE] };
    await kubernetes.api.create(target, body as unknown as Json, ROOT);
    await settled();
    for (const name of ["view", "edit", "admin"])
      expect(await rulesOf(kubernetes, name), name).toContainEqual(RAY_RULE);
    await kubernetes.api.delete({ ...target, name: "ray-viewer" }, {}, ROOT);
    await settled();
    for (const name of ["view", "edit", "admin"])
      expect(await rulesOf(kubernetes, name), name).not.toContainEqual(RAY_RULE);
  });

  it("keeps aggregated rules what they are when somebody edits them", async () => {
    const kubernetes = await testKubernetes({ authorization: "rbac" });
    const before = await rulesOf(kubernetes, "view");
    await kubernetes.api.patch(
      kubernetes.target(RBAC, "clusterroles", { name: "view" }),
      { type: "merge", body: { rules: [RAY_RULE] } as unknown as Json },
      ROOT,
    );
    await settled();
    expect(await rulesOf(kubernetes, "view")).toEqual(before);
  });

  it("gets back at the next start what was taken from its bootstrap roles, but for those that somebody claimed", async () => {
    const { api, registry, target, ...kubernetes } = await testKubernetes({ authorization: "rbac" });
    const discovery = target(RBAC, "clusterroles", { name: "system:discovery" });
    const basic = target(RBAC, "clusterroles", { name: "system:basic-user" });
    const binding = target(RBAC, "clusterrolebindings", { name: "system:discovery" });
    const autoupdate = "rbac.authorization.kubernetes.io/autoupdate";
    const added = { nonResourceURLs: ["/added"], verbs: ["get"] };
    await api.patch(discovery, { type: "merge", body: { rules: [added] } }, ROOT);
    await api.patch(
      basic,
      { type: "merge", body: { metadata: { annotations: { [autoupdate]: "false" } }, rules: [] } },
      ROOT,
    );
    await api.patch(binding, { type: "merge", body: { subjects: [] } }, ROOT);
    await installBootstrap(api, registry);
    const rules = await rulesOf({ api, registry, target, ...kubernetes }, "system:discovery");
    const [wanted] = bootstrapRoles().filter(({ metadata }) => metadata.name === "system:discovery");
    expect(rules.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs).sort()).toEqual(
      ["/added", ...(wanted?.rules?.[0]?.nonResourceURLs ?? [])].sort(),
    );
    expect(await rulesOf({ api, registry, target, ...kubernetes }, "system:basic-user")).toEqual([]);
    expect((await api.get(binding)).object).toMatchObject({ subjects: [{ name: "system:authenticated" }] });
    const { resourceVersion } = await api.list(target(RBAC, "clusterroles"), {});
    await installBootstrap(api, registry);
    expect((await api.list(target(RBAC, "clusterroles"), {})).resourceVersion).toBe(resourceVersion);
  });
});

async function rulesOf({ api, target }: TestKubernetes, name: string): Promise<readonly PolicyRule[]> {
  const { object } = await api.get(target(RBAC, "clusterroles", { name }));
  return (object as ClusterRole).rules ?? [];
}

/** Let everything run that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}
