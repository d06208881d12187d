import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Heliostat } from "./heliostat.ts";

/** KubeRay's document of v1alpha2, its examples in their order, on real Ray. */
describe("the API server of heliostat up, on real Ray", () => {
  const N = "/apis/v1alpha2/namespaces/default";
  let up: Heliostat;
  let url: string;
  let token: string;

  beforeAll(async () => {
    const file = join("/tmp", `heliostat-apiserver-${process.pid}.yaml`);
    // Something to apply that is no cluster: what runs here is made over the API.
    writeFileSync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nothing}\n");
    up = new Heliostat(["-f", file]);
    const api = await up.until(({ event }) => event === "api");
    url = String(api["url"]);
    token = JSON.parse(readFileSync(String(api["tokenFile"]), "utf8")).tokens[0].token;
    await up.until(({ event }) => event === "try");
  });

  afterAll(() => up.cleanUp());

  it("answers nobody without the laptop's token", async () => {
    expect((await fetch(`${url}${N}/clusters`)).status).toBe(401);
  });

  it("keeps compute templates", async () => {
    for (const name of ["head-template", "worker-template"]) {
      const template = { name, namespace: "default", cpu: 1, memory: 2 };
      expect(await send("POST", `${N}/compute_templates`, template)).toMatchObject({ status: 200 });
    }
    const { body } = await send("GET", "/apis/v1alpha2/compute_templates");
    expect(body.compute_templates).toHaveLength(2);
  });

  it("makes the document's cluster, which becomes ready", async () => {
    const created = await send("POST", `${N}/clusters`, CLUSTER);
    expect(created).toMatchObject({ status: 200, body: { environment: "DEV", deleted_at: null } });
    await expect
      .poll(async () => (await send("GET", `${N}/clusters/test-cluster`)).body.cluster_state, POLL)
      .toBe("ready");
    const sameUnderV1 = await send("GET", "/apis/v1/namespaces/default/clusters/test-cluster");
    expect(sameUnderV1.body).toMatchObject({
      clusterState: "ready",
      clusterSpec: { workerGroupSpec: [{ replicas: 1 }] },
    });
  });

  it("submits a job, whose log and result come back", async () => {
    const jobs = "/apis/v1/namespaces/default/jobsubmissions/test-cluster";
    const submitted = await send("POST", jobs, { entrypoint: `python -c "print('answer', 6 * 7)"` });
    const { submissionId } = submitted.body;
    expect(submitted).toMatchObject({ status: 200, body: { submissionId: expect.stringMatching(/./) } });
    await expect
      .poll(async () => (await send("GET", `${jobs}/${submissionId}`)).body.status, POLL)
      .toBe("SUCCEEDED");
    expect((await send("GET", `${jobs}/log/${submissionId}`)).body.log).toContain("answer 42");
    expect((await send("GET", jobs)).body.submissions).toHaveLength(1);
    expect((await send("GET", `${jobs}/absent`)).status).toBe(404);
    expect((await send("DELETE", `${jobs}/${submissionId}`)).status).toBe(200);
  });

  it("shows the dashboard to whoever may see the cluster", async () => {
    const proxy = "/api/v1/namespaces/default/services/test-cluster-head-svc:dashboard/proxy";
    const version = await send("GET", `${proxy}/api/version`);
    expect(version).toMatchObject({ status: 200, body: { ray_version: expect.stringMatching(/^\d+\.\d+/) } });
  });

  it("passes WebSockets on: Ray's own tail of a job's log", async () => {
    const jobs = "/apis/v1/namespaces/default/jobsubmissions/test-cluster";
    const program = "import time; [print('line', i, flush=True) or time.sleep(0.2) for i in range(5)]";
    const submitted = await send("POST", jobs, { entrypoint: `python -c "${program}"` });
    const service = "/api/v1/namespaces/default/services/test-cluster-head-svc:dashboard/proxy";
    const path = `${service}/api/jobs/${submitted.body.submissionId}/logs/tail`;
    const headers = { authorization: `Bearer ${token}` };
    // Node's takes headers, which browsers' do not.
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers } as never);
    let log = "";
    socket.addEventListener("message", ({ data }) => {
      log += String(data);
    });
    await new Promise((resolve) => socket.addEventListener("close", resolve));
    expect(log).toContain("line 0");
    expect(log).toContain("line 4");
  });

  it("names the field of a body that was left at its placeholders", async () => {
    const job = { name: "string", namespace: "string", user: "string", entrypoint: "string" };
    expect(await send("POST", `${N}/jobs`, job)).toMatchObject({
      status: 400,
      body: { code: 3, message: expect.stringContaining("namespace") },
    });
  });

  it("deletes the cluster", async () => {
    expect((await send("DELETE", `${N}/clusters/test-cluster`)).status).toBe(200);
    expect((await send("GET", `${N}/clusters/test-cluster`)).status).toBe(404);
  });

  // biome-ignore lint/suspicious/noExplicitAny: the answers of many messages, in tests
  type Body = any;

  async function send(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  }
});

const POLL = { timeout: 240_000, interval: 500 };

const CLUSTER = {
  name: "test-cluster",
  namespace: "default",
  user: "jiaxin.shan",
  version: "1.9.2",
  environment: "DEV",
  clusterSpec: {
    headGroupSpec: {
      computeTemplate: "head-template",
      image: "ray.io/ray:1.9.2",
      serviceType: "NodePort",
      rayStartParams: {},
    },
    workerGroupSpec: [
      {
        groupName: "small-wg",
        computeTemplate: "worker-template",
        image: "ray.io/ray:1.9.2",
        replicas: 1,
        minReplicas: 0,
        maxReplicas: 5,
        rayStartParams: {},
      },
    ],
  },
};
