import type { ClusterRole, Json, Role } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedKubernetes, embeddedKubernetes } from "../embedded-kubernetes.ts";
import { type NaiveQuestion, naivelyAllowed, type RbacObjects } from "../testing/naive-rbac.ts";
import type { AccessAttributes } from "./authorizer.ts";
import type { Binding } from "./grants.ts";

const RBAC = "rbac.authorization.k8s.io";
const KNOWN = "system:authenticated";

interface Someone {
  readonly name: string;
  readonly groups: readonly string[];
}

/** Everybody that the matrix knows, and how he came by his rights. */
const PEOPLE: Readonly<Record<string, Someone>> = {
  root: { name: "root", groups: ["system:masters", KNOWN] },
  nobody: { name: "nobody", groups: [KNOWN] },
  anonymous: { name: "system:anonymous", groups: ["system:unauthenticated"] },
  viewer: { name: "viewer", groups: [KNOWN] },
  editor: { name: "editor", groups: [KNOWN] },
  admin: { name: "admin", groups: [KNOWN] },
  auditor: { name: "auditor", groups: ["auditors", KNOWN] },
  caretaker: { name: "caretaker", groups: [KNOWN] },
  narrow: { name: "narrow", groups: [KNOWN] },
  robot: { name: "system:serviceaccount:a:robot", groups: ["system:serviceaccounts", KNOWN] },
  monitor: { name: "monitor", groups: ["system:monitoring", KNOWN] },
};

let kubernetes: EmbeddedKubernetes;
let objects: RbacObjects;

beforeAll(async () => {
  kubernetes = embeddedKubernetes({
    clock: new HandClock(),
    random: new SeededRandom(),
    authorization: "rbac",
  });
  await kubernetes.start();
  const { api, registry } = kubernetes;
  const caller = { user: { name: "t", groups: ["system:masters"] }, fieldManager: "t" };
  const give = async (plural: string, body: object, namespace?: string): Promise<void> => {
    const [group, version] = plural === "namespaces" ? ["", "v1"] : [RBAC, "v1"];
    const resource = registry.find(group ?? "", version ?? "", plural);
    if (!resource) throw new Error(`no ${plural}`);
    await api.create({ resource, ...(namespace && { namespace }) }, body as Json, caller);
  };
  for (const name of ["a", "b"]) await give("namespaces", { metadata: { name } });
  await give("rolebindings", bound("viewer", "ClusterRole/view", [user("viewer")]), "a");
  await give("rolebindings", bound("editor", "ClusterRole/edit", [user("editor")]), "a");
  await give("rolebindings", bound("admin", "ClusterRole/admin", [user("admin")]), "a");
  const auditors = { kind: "Group", name: "auditors", apiGroup: RBAC };
  await give("clusterrolebindings", bound("auditors", "ClusterRole/view", [auditors]));
  await give("clusterroles", { metadata: { name: "caretaker" }, rules: CARETAKER });
  await give("clusterrolebindings", bound("caretaker", "ClusterRole/caretaker", [user("caretaker")]));
  await give("roles", { metadata: { name: "narrow" }, rules: NARROW }, "a");
  await give("rolebindings", bound("narrow", "Role/narrow", [user("narrow")]), "a");
  const robot = { kind: "ServiceAccount", name: "robot" };
  await give("rolebindings", bound("robot", "Role/narrow", [robot]), "a");
  await give("rolebindings", bound("lost", "Role/narrow", [user("nobody")]), "b");
  objects = await stored(kubernetes);
});

const CARETAKER = [
  { apiGroups: ["*"], resources: ["*/status", "pods/log", "nodes"], verbs: ["get", "patch"] },
  { apiGroups: [""], resources: ["namespaces"], verbs: ["*"], resourceNames: ["b"] },
  { nonResourceURLs: ["/metrics", "/debug/*"], verbs: ["get"] },
];

const NARROW = [
  { apiGroups: [""], resources: ["secrets"], resourceNames: ["special"], verbs: ["get", "update", "list"] },
  { apiGroups: ["apps", "batch"], resources: ["*"], verbs: ["list"] },
  { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch", "patch"] },
];

const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "escalate"];
const PATHS = [
  "/version",
  "/api",
  "/apis/apps/v1",
  "/openapi/v3",
  "/metrics",
  "/debug/x",
  "/debug",
  "/secret",
];

describe("the authorisation matrix", () => {
  it("says of every resource, verb, place and person what a naive reading of the roles says", async () => {
    const cells = [...resourceCells(), ...pathCells()];
    const wrong: NaiveQuestion[] = [];
    let allowedToOthers = 0;
    for (const cell of cells) {
      const isAllowed = await decided(cell);
      if (isAllowed !== naivelyAllowed(objects, cell)) wrong.push(cell);
      if (isAllowed && cell.user !== "root") allowedToOthers += 1;
    }
    expect(wrong).toEqual([]);
    expect(cells.length).toBeGreaterThan(20_000);
    expect(allowedToOthers).toBeGreaterThan(500);
  });

  it.each([
    ["viewer", "get", "pods", "a", true],
    ["viewer", "get", "pods/log", "a", true],
    ["viewer", "get", "secrets", "a", false],
    ["viewer", "get", "pods/exec", "a", false],
    ["viewer", "create", "pods", "a", false],
    ["viewer", "get", "namespaces", "a", true],
    ["viewer", "list", "namespaces", "", false],
    ["viewer", "list", "pods", "b", false],
    ["viewer", "list", "pods", "", false],
    ["editor", "create", "pods", "a", true],
    ["editor", "create", "pods/exec", "a", true],
    ["editor", "list", "secrets", "a", true],
    ["editor", "deletecollection", "pods", "a", true],
    ["editor", "impersonate", "serviceaccounts", "a", true],
    ["editor", "update", "resourcequotas", "a", false],
    ["editor", "list", "pods", "b", false],
    ["auditor", "list", "pods", "", true],
    ["auditor", "list", "pods", "b", true],
    ["auditor", "list", "secrets", "b", false],
    ["narrow", "list", "pods", "a", true],
    ["narrow", "delete", "pods", "a", false],
    ["robot", "watch", "pods", "a", true],
    ["nobody", "get", "pods", "b", false],
    ["root", "delete", "nodes", "", true],
  ])("lets %s %s %s in %j: %s", async (...cell) => {
    const [who, verb, resource, namespace, isAllowed] = cell;
    expect(await decided({ ...person(who), verb, group: "", resource, namespace })).toBe(isAllowed);
  });

  it("lets the administrator of a namespace grant there, and nowhere else", async () => {
    const bindings = { ...person("admin"), verb: "create", group: RBAC, resource: "rolebindings" };
    expect(await decided({ ...bindings, namespace: "a" })).toBe(true);
    expect(await decided({ ...bindings, namespace: "b" })).toBe(false);
    expect(await decided({ ...bindings, resource: "clusterrolebindings", namespace: "" })).toBe(false);
  });

  it("tells everybody who is known what is served, and nobody else", async () => {
    for (const path of ["/api", "/apis", "/openapi/v3", "/version"]) {
      expect(await decided({ ...person("nobody"), verb: "get", path })).toBe(true);
      expect(await decided({ ...person("anonymous"), verb: "get", path })).toBe(path === "/version");
    }
  });
});

function* resourceCells(): Generator<NaiveQuestion> {
  for (const resource of kubernetes.registry.all()) {
    const names = [resource.plural, ...resource.subresources.map((each) => `${resource.plural}/${each}`)];
    for (const name of names) yield* cellsOf(resource.group, name);
  }
}

function* cellsOf(group: string, resource: string): Generator<NaiveQuestion> {
  for (const who of Object.keys(PEOPLE))
    for (const verb of VERBS)
      for (const namespace of ["", "a", "b"])
        for (const name of ["", "special"])
          yield { ...person(who), verb, group, resource, namespace, ...(name && { name }) };
}

function* pathCells(): Generator<NaiveQuestion> {
  for (const who of Object.keys(PEOPLE))
    for (const verb of ["get", "post", "put", "delete"])
      for (const path of PATHS) yield { ...person(who), verb, path };
}

/** The answer of the real policy, through its own door. */
function decided({ user: name, groups, verb, path = "", ...cell }: NaiveQuestion): Promise<boolean> {
  const asked: AccessAttributes = { user: { name, groups }, verb, path };
  if (cell.resource === undefined) return kubernetes.authorizer.isAllowed(asked);
  const [plural = "", subresource] = cell.resource.split("/");
  const resource = {
    group: cell.group ?? "",
    version: "v1",
    plural,
    ...(subresource && { subresource }),
    ...(cell.namespace && { namespace: cell.namespace }),
    ...(cell.name && { name: cell.name }),
  };
  return kubernetes.authorizer.isAllowed({ ...asked, resource });
}

function person(who: string): Pick<NaiveQuestion, "user" | "groups"> {
  const { name, groups } = PEOPLE[who] ?? { name: who, groups: [] };
  return { user: name, groups };
}

/** @param role `Role/NAME` or `ClusterRole/NAME` */
function bound(name: string, role: string, subjects: readonly object[]): object {
  const [kind, roleName] = role.split("/");
  return { metadata: { name }, roleRef: { apiGroup: RBAC, kind, name: roleName }, subjects };
}

function user(name: string): object {
  return { kind: "User", name, apiGroup: RBAC };
}

/** Read back through the API: what was stored, and not what was meant to be. */
async function stored({ api, registry }: EmbeddedKubernetes): Promise<RbacObjects> {
  const list = async <T>(plural: string): Promise<readonly T[]> => {
    const resource = registry.find(RBAC, "v1", plural);
    if (!resource) throw new Error(`no ${plural}`);
    return (await api.list({ resource }, {})).items.map(({ object }) => object as T);
  };
  return {
    roles: [...(await list<Role>("roles")), ...(await list<ClusterRole>("clusterroles"))],
    bindings: [...(await list<Binding>("rolebindings")), ...(await list<Binding>("clusterrolebindings"))],
  };
}
