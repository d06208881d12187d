import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PODS, type Pod, SILENT } from "@heliostat/kube";
import { simulatedRuntime } from "@heliostat/kubelet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Laptop, startLaptop } from "../../packages/cli/src/laptop/laptop.ts";
import { systemClock, systemRandom } from "../../packages/cli/src/system/clock.ts";
import { fetchTools } from "../tools/fetch.ts";
import { clientProgram } from "./client-program.ts";

const CAPACITY = { cpu: "64", memory: "256Gi", gpu: "0" };

describe.each(["kubectl-1.32", "kubectl-1.35"] as const)("workloads with %s", (version) => {
  let folder: string;
  let laptop: Laptop;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "heliostat-workloads-"));
    const options = { dataFolder: join(folder, "state"), port: 0, logger: SILENT };
    laptop = await startLaptop({ ...options, clock: systemClock, random: systemRandom });
    const runtime = simulatedRuntime({ clock: systemClock, startDelayMs: 50, completeAfterMs: 300 });
    await laptop.startNode(runtime, CAPACITY);
  });

  afterAll(async () => {
    await laptop?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const program = () =>
    clientProgram(fetchTools()[version], { home: folder, kubeconfigPath: laptop.kubeconfig });
  const run = (args: string, input = "") => program().run(args, { input });
  const kubectl = (args: string, input = "") => program().output(args, { input });

  const apply = (manifest: object) => kubectl("apply -f -", JSON.stringify(manifest));

  async function livingPods(app: string): Promise<readonly string[]> {
    const { items } = await laptop.client.list(PODS, { namespace: "default", labelSelector: `app=${app}` });
    const alive = items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return alive.map(({ metadata, spec }) => `${metadata.name} ${spec?.containers[0]?.image}`).sort();
  }

  it("rolls a deployment out, and waits for it", async () => {
    await apply(deployment("web", 2));
    expect(await kubectl("rollout status deployment/web --timeout=60s")).toContain("successfully rolled out");
    expect(await kubectl("wait --for=condition=Available deployment/web --timeout=30s")).toBe(
      "deployment.apps/web condition met\n",
    );
    expect(await kubectl("get deployment web")).toMatch(/web +2\/2 +2 +2 /);
    expect(await livingPods("web")).toHaveLength(2);
  });

  it("scales", async () => {
    await kubectl("scale deployment web --replicas=4");
    await kubectl("rollout status deployment/web --timeout=60s");
    expect(await livingPods("web")).toHaveLength(4);
  });

  it("changes an image, and takes that back", async () => {
    await kubectl("set image deployment/web main=app:2");
    await kubectl("rollout status deployment/web --timeout=60s");
    expect((await livingPods("web")).every((pod) => pod.endsWith("app:2"))).toBe(true);
    expect(await kubectl("rollout history deployment/web")).toMatch(/REVISION +CHANGE-CAUSE\n1 .*\n2 /);
    await kubectl("rollout undo deployment/web");
    await kubectl("rollout status deployment/web --timeout=60s");
    expect((await livingPods("web")).every((pod) => pod.endsWith("app:1"))).toBe(true);
    expect(await kubectl("rollout history deployment/web")).toMatch(/CHANGE-CAUSE\n2 .*\n3 /);
  });

  it("restarts, pauses and resumes", async () => {
    const before = await livingPods("web");
    await kubectl("rollout restart deployment/web");
    await kubectl("rollout status deployment/web --timeout=60s");
    expect((await livingPods("web")).some((pod) => before.includes(pod))).toBe(false);
    await kubectl("rollout pause deployment/web");
    await kubectl("set image deployment/web main=app:3");
    await kubectl("wait --for=jsonpath={.status.observedGeneration}=7 deployment/web --timeout=10s").catch(
      () => undefined,
    );
    expect((await livingPods("web")).every((pod) => pod.endsWith("app:1"))).toBe(true);
    await kubectl("rollout resume deployment/web");
    await kubectl("rollout status deployment/web --timeout=60s");
    expect((await livingPods("web")).every((pod) => pod.endsWith("app:3"))).toBe(true);
  });

  it("completes a job", async () => {
    await apply(job("sum", { completions: 3, parallelism: 2 }));
    expect(await kubectl("wait --for=condition=Complete job/sum --timeout=60s")).toBe(
      "job.batch/sum condition met\n",
    );
    expect(await kubectl("get job sum")).toMatch(/sum +Complete +3\/3 /);
    await kubectl("delete job sum");
    await kubectl("wait --for=delete pod -l job-name=sum --timeout=60s");
  });

  it("completes each part of an indexed job, and holds none of its pods back", async () => {
    await apply(job("parts", { completions: 3, parallelism: 3, completionMode: "Indexed" }));
    await kubectl("wait --for=condition=Complete job/parts --timeout=60s");
    expect(await kubectl("get job parts -o jsonpath={.status.completedIndexes}")).toBe("0-2");
    expect(await kubectl("get pods -l job-name=parts -o jsonpath={.items[*].metadata.finalizers}")).toBe("");
    await kubectl("delete job parts");
    await kubectl("wait --for=delete pod -l job-name=parts --timeout=60s");
  });

  it("starts a stateful set in order, updates it and takes that back", async () => {
    await apply(statefulSet("db", 3));
    await kubectl("rollout status statefulset/db --timeout=60s");
    expect(await livingPods("db")).toEqual(["db-0 app:1", "db-1 app:1", "db-2 app:1"]);
    await kubectl("set image statefulset/db main=app:2");
    await kubectl("rollout status statefulset/db --timeout=60s");
    expect(await livingPods("db")).toEqual(["db-0 app:2", "db-1 app:2", "db-2 app:2"]);
    await kubectl("rollout undo statefulset/db");
    await kubectl("rollout status statefulset/db --timeout=60s");
    expect(await livingPods("db")).toEqual(["db-0 app:1", "db-1 app:1", "db-2 app:1"]);
    await kubectl("delete statefulset db");
  });

  it("drains a node as fast as a disruption budget lets it", async () => {
    await apply(deployment("guarded", 2));
    await kubectl("rollout status deployment/guarded --timeout=60s");
    await apply({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "guarded" },
      spec: { minAvailable: 2, selector: { matchLabels: { app: "guarded" } } },
    });
    await kubectl("wait --for=jsonpath={.status.expectedPods}=2 pdb/guarded --timeout=30s");
    const refused = await run(
      "drain laptop --force --ignore-daemonsets --pod-selector=app=guarded --timeout=3s",
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("Cannot evict pod as it would violate the pod's disruption budget");
    expect(await kubectl("get pdb guarded")).toMatch(/guarded +2 +N\/A +0 /);
    await kubectl('patch pdb guarded --type=merge -p {"spec":{"minAvailable":0}}');
    await kubectl("drain laptop --force --ignore-daemonsets --pod-selector=app=guarded --timeout=60s");
    expect(await kubectl("get pods -l app=guarded")).toMatch(/Pending/);
    await kubectl("uncordon laptop");
    await kubectl("rollout status deployment/guarded --timeout=60s");
  });

  it("autoscales by what pods use, and shows that", async () => {
    await apply(deployment("busy", 1));
    await kubectl("rollout status deployment/busy --timeout=60s");
    const metric = { name: "memory", target: { type: "AverageValue", averageValue: "100Mi" } };
    await apply({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "busy" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "busy" },
        maxReplicas: 3,
        metrics: [{ type: "Resource", resource: metric }],
      },
    });
    await kubectl("wait --for=jsonpath={.spec.replicas}=3 deployment/busy --timeout=40s");
    expect(await kubectl("get hpa busy")).toMatch(/Deployment\/busy +memory: 500Mi\/100Mi +1 +3 /);
    expect(await kubectl("top pods -l app=busy")).toMatch(
      /NAME +CPU\(cores\) +MEMORY\(bytes\) *\nbusy-\S+ +250m +500Mi/,
    );
    expect(await kubectl("top nodes")).toMatch(/laptop +\d+m +\d+% +\d+Mi +\d+%/);
  });

  it("makes room for a pod that matters more", async () => {
    await kubectl("create priorityclass urgent --value=1000");
    await apply(pod("humble", "default", "60"));
    await kubectl("wait --for=condition=Ready pod/humble --timeout=30s");
    const urgent = pod("urgent", "default", "60");
    await apply({ ...urgent, spec: { ...urgent.spec, priorityClassName: "urgent" } });
    await kubectl("wait --for=delete pod/humble --timeout=60s");
    await kubectl("wait --for=condition=Ready pod/urgent --timeout=30s");
    expect(await kubectl("get events --field-selector reason=Preempted")).toMatch(
      /Normal +Preempted +pod\/humble +Preempted by pod \S+ on node laptop/,
    );
    await apply(pod("late", "default", "60"));
    await kubectl("wait --for=condition=PodScheduled=false pod/late --timeout=30s");
    expect(await kubectl("describe pod late")).toContain(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    );
    await kubectl("delete pod urgent late");
  });

  it("sends pods away from a node that says so", async () => {
    await apply(pod("guest", "default", "1"));
    await kubectl("wait --for=condition=Ready pod/guest --timeout=30s");
    await kubectl("taint node laptop example.com/repair:NoExecute");
    await kubectl("wait --for=delete pod/guest --timeout=60s");
    await kubectl("taint node laptop example.com/repair-");
  });

  it("refuses what a quota does not leave", async () => {
    await kubectl(
      "apply -f -",
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "small" } }),
    );
    await apply({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "q", namespace: "small" },
      spec: { hard: { pods: "1", "requests.cpu": "2" } },
    });
    await kubectl("wait --for=jsonpath={.status.hard.pods}=1 quota/q -n small --timeout=30s");
    await apply(pod("a", "small", "1"));
    const refused = await run("apply -f -", JSON.stringify(pod("b", "small", "1500m")));
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'pods "b" is forbidden: exceeded quota: q, requested: pods=1,requests.cpu=1500m, ' +
          "used: pods=1,requests.cpu=1, limited: pods=1,requests.cpu=2",
      ),
    });
    expect(await kubectl("describe quota q -n small")).toMatch(/requests.cpu +1 +2/);
    await kubectl("delete namespace small --timeout=60s");
  });
});

/** What the simulated pods seem to use. */
const USAGE = { "heliostat.dev/simulate": "use 250m cpu; use 500Mi memory" };

function template(app: string): object {
  return {
    metadata: { labels: { app }, annotations: USAGE },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "main", image: "app:1" }] },
  };
}

function deployment(name: string, replicas: number): object {
  const selector = { matchLabels: { app: name } };
  const spec = { replicas, selector, template: template(name) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}

function statefulSet(name: string, replicas: number): object {
  const selector = { matchLabels: { app: name } };
  const spec = { replicas, selector, serviceName: name, template: template(name) };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name }, spec };
}

function job(name: string, spec: object): object {
  const containers = [{ name: "main", image: "app:1" }];
  const whole = { ...spec, template: { spec: { restartPolicy: "Never", containers } } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: whole };
}

function pod(name: string, namespace: string, cpu: string): Pod {
  const containers = [{ name: "main", image: "app:1", resources: { requests: { cpu } } }];
  const spec = { containers, terminationGracePeriodSeconds: 1 };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec };
}
