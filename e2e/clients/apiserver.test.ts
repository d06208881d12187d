import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  ROLE_BINDINGS,
  ROLES,
  SERVICE_ACCOUNTS,
  type ServiceAccount,
} from "@heliostat/kube";
import { RAY_CLUSTERS, rayCrds } from "@heliostat/ray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { type HeliostatProcess, startHeliostat } from "./heliostat-process.ts";
import { type ProgramResult, type RunOptions, runProgram } from "./program.ts";

/** kubectl in front of the API server, with a token, over TLS: without it kubectl shows its token to nobody. */
describe.each(["kubectl-1.29", "kubectl-1.35"] as const)("%s through heliostat apiserver", (version) => {
  let cluster: Cluster;
  let server: HeliostatProcess;
  let path: string;
  let flags: readonly string[];
  const pki = (file: string): string => join(cluster.home, "data", "pki", file);

  beforeAll(async () => {
    path = fetchTools()[version];
    cluster = await startCluster("rbac");
    for (const definition of rayCrds()) await cluster.client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
    const token = await robotToken();
    server = startHeliostat(
      [
        ...["apiserver", "--kubeconfig", cluster.kubeconfigPath],
        ...["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
        ...["--tls-cert", pki("server.crt"), "--tls-key", pki("server.key")],
      ],
      { HOME: cluster.home },
    );
    flags = ["--server", await servedUrl(), "--certificate-authority", pki("ca.crt"), "--token", token];
    writeFileSync(join(cluster.home, "c.json"), manifest("c"));
  });

  afterAll(async () => {
    await server?.end("SIGTERM");
    await cluster?.remove();
  });

  function run(args: string, options: Partial<RunOptions> = {}): Promise<ProgramResult> {
    const env = { HOME: cluster.home, KUBECONFIG: "/nowhere", ...options.env };
    return runProgram(path, [...flags, ...args.split(" ")], { ...options, env });
  }

  /** What a successful command prints. */
  async function kubectl(args: string, options: Partial<RunOptions> = {}): Promise<string> {
    const { code, stdout, stderr } = await run(args, options);
    if (code !== 0) throw new Error(`kubectl ${args} ended with ${code}: ${stderr}`);
    return stdout;
  }

  it("finds what there is, and nothing else", async () => {
    const resources = await kubectl("api-resources -o name");
    expect(resources.trim().split("\n").sort()).toEqual([
      "events.events.k8s.io",
      "rayclusters.ray.io",
      "raycronjobs.ray.io",
      "rayjobs.ray.io",
      "rayservices.ray.io",
    ]);
    expect(await kubectl("explain raycluster.spec.suspend")).toContain("<boolean>");
    expect((await run("get pods")).stderr).toContain('the server doesn\'t have a resource type "pods"');
    expect((await run("exec c -- ls")).stderr).toContain('doesn\'t have a resource type "pods"');
  });

  it("applies either way, and prints columns", async () => {
    const file = join(cluster.home, "c.json");
    expect(await kubectl(`apply -f ${file}`)).toBe("raycluster.ray.io/c created\n");
    expect(await kubectl(`apply -f ${file}`)).toBe("raycluster.ray.io/c unchanged\n");
    const apply = `apply --server-side --force-conflicts -f ${file}`;
    expect(await kubectl(apply)).toBe("raycluster.ray.io/c serverside-applied\n");
    expect(await kubectl("get rayclusters")).toMatch(/^NAME +DESIRED WORKERS +AVAILABLE WORKERS .*\nc +/);
    expect(await kubectl("get raycluster c -o jsonpath={.spec.rayVersion}")).toBe("2.52.0");
    expect(await kubectl("describe raycluster c")).toContain("Kind:         RayCluster\n");
  });

  it("patches as custom resources can be patched, and says how they cannot", async () => {
    const body = '{"spec":{"suspend":true}}';
    expect(await kubectl(`patch raycluster c --type merge -p ${body}`)).toContain("patched");
    expect((await run(`patch raycluster c -p ${body}`)).stderr).toContain("is not supported by ray.io/v1");
    expect(await kubectl("label raycluster c tier=front")).toContain("labeled");
    expect(await kubectl("get rayclusters -l tier=front -o name")).toBe("raycluster.ray.io/c\n");
  });

  it("watches, and deletes: one, all, or none in a dry run", async () => {
    const watching = run("get rayclusters -w --no-headers", {
      until: (stdout) => stdout.trim().split("\n").length >= 2,
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const made = await kubectl("create --validate=strict -f -", { input: manifest("d") });
    expect(made).toBe("raycluster.ray.io/d created\n");
    expect((await watching).stdout).toMatch(/^c +.*\nd /);
    await kubectl("delete rayclusters --all --dry-run=server");
    expect(await kubectl("get rayclusters -o name")).toBe("raycluster.ray.io/c\nraycluster.ray.io/d\n");
    await kubectl("delete raycluster c --wait=true");
    await kubectl("delete rayclusters --all");
    expect((await cluster.client.list(RAY_CLUSTERS)).items).toEqual([]);
  });

  it("is refused where the caller may not", async () => {
    expect((await run("get rayclusters -A")).stderr).toContain(
      'Cannot list rayclusters.ray.io in all namespaces: "system:serviceaccount:default:robot" may not',
    );
    expect((await run("get rayjobs")).stderr).toContain("(Forbidden)");
    const args = flags.map((flag, index) => (flags[index - 1] === "--token" ? "nobody's" : flag));
    const env = { HOME: cluster.home, KUBECONFIG: "/nowhere" };
    const stranger = await runProgram(path, [...args, "get", "rayclusters"], { env });
    expect(stranger.stderr).toContain("must be logged in");
  });

  async function servedUrl(): Promise<string> {
    for (;;) {
      const url = /https:\/\/127\.0\.0\.1:\d+/.exec(server.log())?.[0];
      if (url !== undefined) return url;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function robotToken(): Promise<string> {
    const { client } = cluster;
    const metadata = { name: "robot", namespace: "default" };
    const robot: ServiceAccount = { apiVersion: "v1", kind: "ServiceAccount", metadata };
    await client.create(SERVICE_ACCOUNTS, robot);
    await client.create(ROLES, {
      ...{ apiVersion: `${RBAC}/v1`, kind: "Role", metadata },
      rules: [{ apiGroups: ["ray.io"], resources: ["rayclusters"], verbs: ["*"] }],
    });
    await client.create(ROLE_BINDINGS, {
      ...{ apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata },
      roleRef: { apiGroup: RBAC, kind: "Role", name: "robot" },
      subjects: [{ kind: "ServiceAccount", name: "robot", namespace: "default" }],
    });
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata, spec: {} };
    const made = await client.create(SERVICE_ACCOUNTS, request as never, { subresource: "token" });
    return (made as { readonly status?: { readonly token?: string } }).status?.token ?? "";
  }
});

const RBAC = "rbac.authorization.k8s.io";

function manifest(name: string): string {
  const template = { spec: { containers: [{ name: "ray-head", image: "rayproject/ray:2.52.0" }] } };
  const spec = { rayVersion: "2.52.0", headGroupSpec: { rayStartParams: {}, template } };
  return JSON.stringify({ apiVersion: "ray.io/v1", kind: "RayCluster", metadata: { name }, spec });
}
