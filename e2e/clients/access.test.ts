import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type ClientProgram, clientProgram } from "./client-program.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import type { ProgramResult } from "./program.ts";

const RBAC = "rbac.authorization.k8s.io";

describe.each(["kubectl-1.32", "kubectl-1.35"] as const)("%s and who may", (version) => {
  let cluster: Cluster;
  let program: ClientProgram;

  beforeAll(async () => {
    cluster = await startCluster("rbac");
    program = clientProgram(fetchTools()[version], cluster);
    await kubectl("create -f -", { input: SETUP });
    robotKubeconfig = await tokenKubeconfig();
  });
  afterAll(() => cluster?.remove());

  /** In the name of the service account `robot`, by its token alone. */
  let robotKubeconfig: string;

  const run: ClientProgram["run"] = (...call) => program.run(...call);
  const kubectl: ClientProgram["output"] = (...call) => program.output(...call);

  async function tokenKubeconfig(): Promise<string> {
    const request = JSON.stringify({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { expirationSeconds: 600 },
    });
    const path = "/api/v1/namespaces/default/serviceaccounts/robot/token";
    const answer = await kubectl(`create --raw ${path} -f -`, { input: request });
    const { token } = (JSON.parse(answer) as { readonly status: { readonly token: string } }).status;
    const cluster64 = "{.clusters[0].cluster.certificate-authority-data}";
    const authority = await kubectl(`config view --raw -o jsonpath=${cluster64}`);
    const file = join(cluster.home, "robot.kubeconfig");
    writeFileSync(file, kubeconfig({ url: cluster.url, authority, token }));
    return file;
  }

  const asRobot = (args: string): Promise<ProgramResult> =>
    run(args, { env: { KUBECONFIG: robotKubeconfig } });

  it("lets a token reach the one namespace that its role names, and says 403 elsewhere", async () => {
    expect(await asRobot("get pods")).toMatchObject({ code: 0 });
    expect(await asRobot("get configmaps")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'Error from server (Forbidden): configmaps is forbidden: User "system:serviceaccount:default:robot" cannot list resource "configmaps" in API group "" in the namespace "default"',
      ),
    });
    expect(await asRobot("get pods -n kube-system")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in the namespace "kube-system"'),
    });
    expect(await asRobot("get pods -A")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("at the cluster scope"),
    });
    expect(await asRobot("delete pod x")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pods "x" is forbidden'),
    });
    expect(await asRobot("get pods --as=system:admin")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot impersonate resource "users"'),
    });
    expect(await asRobot("get --raw /version")).toMatchObject({ code: 0 });
    expect(await asRobot("api-resources --api-group=apps -o name")).toMatchObject({
      stdout: expect.stringContaining("deployments.apps"),
    });
  });

  it("acts as others for the administrator", async () => {
    const refused = await run("get pods --as=jane");
    expect(refused.stderr).toContain('pods is forbidden: User "jane" cannot list resource "pods"');
    expect(await run("get pods --as=jane --as-group=system:masters")).toMatchObject({ code: 0 });
    expect(await run("get pods --as=jane --as-group=viewers")).toMatchObject({ code: 0 });
    expect(await run("get pods --as=system:serviceaccount:default:robot")).toMatchObject({ code: 0 });
  });

  it("answers reviews", async () => {
    const ask = async (attributes: object, who = ""): Promise<string> => {
      const kind = "SelfSubjectAccessReview";
      const input = review(kind, { resourceAttributes: { namespace: "default", ...attributes } });
      return kubectl(`create -f - -o jsonpath={.status.allowed}${who}`, { input });
    };
    const pods = { verb: "list", resource: "pods" };
    expect(await ask(pods)).toBe("true");
    expect(await ask(pods, " --as=system:serviceaccount:default:robot")).toBe("true");
    expect(await ask({ ...pods, verb: "delete" }, " --as=system:serviceaccount:default:robot")).toBe("false");
    const input = review("SubjectAccessReview", {
      user: "system:serviceaccount:default:robot",
      resourceAttributes: { ...pods, namespace: "default" },
    });
    expect(await kubectl("create -f - -o jsonpath={.status.reason}", { input })).toBe(
      'RBAC: allowed by RoleBinding "robot/default" of Role "robot" to ServiceAccount "robot/default"',
    );
  });

  it("answers `auth can-i` and `auth whoami`", async ({ skip }) => {
    const answer = await run("auth can-i list pods --as=system:serviceaccount:default:robot");
    // They ask in protobuf.
    if (/unsupported media type|body of the request was in an unknown format|protobuf/i.test(answer.stderr))
      skip();
    expect(answer).toMatchObject({ code: 0, stdout: "yes\n" });
    const not = await run("auth can-i delete pods --as=system:serviceaccount:default:robot");
    expect(not).toMatchObject({ code: 1, stdout: "no\n" });
    expect((await asRobot("auth whoami")).stdout).toContain("system:serviceaccount:default:robot");
    expect((await asRobot("auth can-i --list")).stdout).toMatch(/pods +\[\] +\[\] +\[get list\]/);
  });

  it("shows the roles that every cluster has, and keeps people from giving themselves more", async () => {
    expect(await kubectl("get clusterroles -o name")).toContain(`clusterrole.${RBAC}/cluster-admin\n`);
    expect(await kubectl("describe clusterrole view")).toMatch(/pods\/log +\[\] +\[\] +\[get list watch\]/);
    await kubectl("create -f -", { input: binding("owner", "admin", { kind: "User", name: "owner" }) });
    const allowed = binding("friend", "view", { kind: "User", name: "friend" });
    expect(await kubectl("create -f - --as=owner", { input: allowed })).toContain("created");
    const refused = await run("create -f - --as=owner", {
      input: binding("greedy", "cluster-admin", { kind: "User", name: "owner" }),
    });
    expect(refused.stderr).toContain(
      'user "owner" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held',
    );
    expect(await run("get pods --as=friend")).toMatchObject({ code: 0 });
    expect(await run("get secrets --as=friend")).toMatchObject({ code: 1 });
    expect(await run("get ns default --as=friend")).toMatchObject({ code: 0 });
  });
});

const ROBOT = { name: "robot", namespace: "default" };

const SETUP = documents([
  { apiVersion: "v1", kind: "ServiceAccount", metadata: ROBOT },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "Role",
    metadata: ROBOT,
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: ROBOT,
    roleRef: { apiGroup: RBAC, kind: "Role", name: "robot" },
    subjects: [{ kind: "ServiceAccount", ...ROBOT }],
  },
  JSON.parse(binding("viewers", "view", { kind: "Group", name: "viewers" })),
]);

/** JSON is YAML, and YAML knows files of several objects. */
function documents(objects: readonly object[]): string {
  return objects.map((each) => `---\n${JSON.stringify(each)}\n`).join("");
}

/** Binds a subject to a ClusterRole in `default`. */
function binding(name: string, role: string, subject: object): string {
  return JSON.stringify({
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace: "default" },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
    subjects: [{ apiGroup: RBAC, ...subject }],
  });
}

function review(kind: string, spec: object): string {
  return JSON.stringify({ apiVersion: "authorization.k8s.io/v1", kind, spec });
}

function kubeconfig(parts: {
  readonly url: string;
  readonly authority: string;
  readonly token: string;
}): string {
  const { url, authority, token } = parts;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: url, "certificate-authority-data": authority } }],
    users: [{ name: "robot", user: { token } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "robot", namespace: "default" } }],
    "current-context": "c",
  });
}
