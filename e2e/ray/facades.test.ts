import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiClient, scalerClient, scalerOptionsFrom } from "@heliostat/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../clients/program.ts";
import { fetchPythonClient } from "../tools/fetch-python.ts";
import { Heliostat } from "./heliostat.ts";

const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const RUN_ID = "walk";
const PATIENCE_MS = 240_000;
const python = fetchPythonClient();

/** What people without kubectl do with a laptop's clusters, on real Ray. */
describe.runIf(isFull)("the façades of a laptop", () => {
  let folder: string;
  let up: Heliostat;
  let environment: Record<string, string>;
  let api: ReturnType<typeof apiClient>;
  let apiUrl: string;
  let token: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heliostat-facades-"));
    const manifest = join(folder, "cluster.json");
    writeFileSync(manifest, JSON.stringify(cluster(`ray-${RUN_ID}`)));
    up = new Heliostat(["--durability", "memory", "-f", manifest]);
    const served = await up.until(({ event }) => event === "api");
    apiUrl = String(served["url"]);
    token = JSON.parse(readFileSync(String(served["tokenFile"]), "utf8")).tokens[0].token;
    api = apiClient({ baseUrl: apiUrl, token });
    const { url } = await up.until(({ event }) => event === "scaler");
    environment = { CLUSTER_SCALER_BASE_URL: String(url), DOMINO_TOKEN: token, DOMINO_RUN_ID: RUN_ID };
    await up.until(({ event, status }) => event === "job" && status === "SUCCEEDED");
  });

  afterAll(async () => {
    await up?.cleanUp();
    rmSync(folder, { recursive: true, force: true });
  });

  it("take the scaler's quick start in Python", async ({ skip }) => {
    if ("reason" in python) return skip(python.reason);
    const script = join(import.meta.dirname, "quick-start.py");
    const lib = join(import.meta.dirname, "..", "..", "python", "lib");
    const env = { ...environment, HOME: folder, PYTHONPATH: lib, PYTHONDONTWRITEBYTECODE: "1" };
    const { stdout, stderr } = await runProgram(python.path, [script], { env });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      health: [200, { status: "healthy" }],
      kind: "RayCluster",
      effective: 2,
      workers: 2,
      pod: expect.stringContaining("head"),
      before: false,
      after: "restarted_and_ready",
    });
  });

  it("and its twin in TypeScript", async () => {
    const scaler = scalerClient(scalerOptionsFrom(environment));
    expect(await scaler.isClusterAutoScalerHealthy()).toEqual({ status: 200, body: { status: "healthy" } });
    const scaled = await scaler.scaleCluster({ replicas: 1, workerHwTierName: "Small" });
    expect(scaled).toMatchObject({ effective_replicas: 1, capped: false });
    await scaler.waitUntilScalingComplete({ deadlineMs: PATIENCE_MS });
    const { started_at: restartedSince } = await scaler.restartHeadNode();
    expect((await scaler.restartHeadNodeStatus({ restartedSince })).ok).toBe(false);
    await scaler.waitUntilNodeRestarted({ restartedSince, deadlineMs: PATIENCE_MS });
    expect(await scaler.restartHeadNodeStatus({ restartedSince })).toMatchObject({ ok: true, ready: true });
  });

  it("make a cluster of templates, and run a job on it", async () => {
    const namespace = "default";
    for (const name of ["head-template", "worker-template"])
      await call("POST", "compute_templates", { name, namespace, cpu: 1, memory: 1 });
    const made = await call("POST", "clusters", document("test-cluster", namespace));
    expect(made).toMatchObject({
      name: "test-cluster",
      cluster_spec: { worker_group_spec: [{ min_replicas: 0 }] },
    });
    const ready = async () =>
      (await api.clusters.getCluster({ namespace, name: "test-cluster" })).clusterState;
    await expect.poll(ready, { timeout: PATIENCE_MS, interval: 1000 }).toBe("ready");

    const where = { namespace, clustername: "test-cluster" };
    const jobsubmission = { entrypoint: "python -c \"import ray; ray.init(); print('six is', 2 * 3)\"" };
    const { submissionId: submissionid } = await api.submissions.submitRayJob({ ...where, jobsubmission });
    const status = async () => (await api.submissions.getJobDetails({ ...where, submissionid })).status;
    await expect.poll(status, { timeout: PATIENCE_MS, interval: 1000 }).toBe("SUCCEEDED");
    expect((await api.submissions.getJobLog({ ...where, submissionid })).log).toContain("six is 6");
    await api.clusters.deleteCluster({ namespace, name: "test-cluster" });
    await expect(ready()).rejects.toMatchObject({ status: 404 });
  });

  /** As the document of v1alpha2 spells it; all else goes through the typed client. */
  async function call(method: string, collection: string, body: object): Promise<unknown> {
    const response = await fetch(`${apiUrl}/apis/v1alpha2/namespaces/default/${collection}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${collection}: ${response.status} ${await response.text()}`);
    return response.json();
  }
});

/** A head and one worker, which may become three. */
function cluster(name: string): object {
  const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
  const template = (container: string): object => ({
    spec: { containers: [{ name: container, image: "rayproject/ray:2.58.0", resources }] },
  });
  return {
    apiVersion: "ray.io/v1",
    kind: "RayCluster",
    metadata: { name },
    spec: {
      rayVersion: "2.58.0",
      headGroupSpec: { rayStartParams: {}, template: template("ray-head") },
      workerGroupSpecs: [
        {
          groupName: "small",
          replicas: 1,
          minReplicas: 0,
          maxReplicas: 3,
          rayStartParams: {},
          template: template("ray-worker"),
        },
      ],
    },
  };
}

/** As the document of v1alpha2 creates one. */
function document(name: string, namespace: string): object {
  const image = "ray.io/ray:1.9.2";
  return {
    name,
    namespace,
    user: "somebody",
    version: "1.9.2",
    environment: "DEV",
    clusterSpec: {
      headGroupSpec: { computeTemplate: "head-template", image, serviceType: "NodePort", rayStartParams: {} },
      workerGroupSpec: [
        {
          ...{ groupName: "small-wg", computeTemplate: "worker-template", image },
          ...{ replicas: 1, minReplicas: 0, maxReplicas: 5, rayStartParams: {} },
        },
      ],
    },
  };
}
