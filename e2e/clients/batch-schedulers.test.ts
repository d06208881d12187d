import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeObject, Pod } from "@heliostat/kube";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { kuberaySamplesFolder } from "../tools/kuberay-samples.ts";
import { clientProgram } from "./client-program.ts";
import { type HeliostatProcess, startHeliostat } from "./heliostat-process.ts";

const FOLDER = kuberaySamplesFolder() ?? "";
const obstacle = FOLDER ? undefined : "KubeRay's samples are not at hand";
const CRDS = join(import.meta.dirname, "batch-schedulers.yaml");

interface Case {
  readonly scheduler: string;
  readonly sample: string;
  readonly cluster: string;
  readonly pods: number;
  readonly schedulerName: string;
  /** What each pod carries. */
  readonly metadata: Pick<KubeObject["metadata"], "labels" | "annotations">;
  /** A further object and its number of members. */
  readonly group?: readonly [name: string, minMember: number];
}

const CASES: readonly Case[] = [
  {
    ...{ scheduler: "volcano", sample: "volcano-scheduler", cluster: "test-cluster-0", pods: 1 },
    schedulerName: "volcano",
    metadata: { annotations: { "scheduling.k8s.io/group-name": "ray-test-cluster-0-pg" } },
    group: ["podgroups.scheduling.volcano.sh/ray-test-cluster-0-pg", 1],
  },
  {
    ...{ scheduler: "volcano", sample: "volcano-scheduler-queue", cluster: "test-cluster-0", pods: 3 },
    schedulerName: "volcano",
    metadata: { labels: { "volcano.sh/queue-name": "kuberay-test-queue" } },
    group: ["podgroups.scheduling.volcano.sh/ray-test-cluster-0-pg", 3],
  },
  {
    ...{ scheduler: "yunikorn", sample: "yunikorn-scheduler", cluster: "test-yunikorn-0", pods: 3 },
    schedulerName: "yunikorn",
    metadata: {
      labels: { applicationId: "test-yunikorn-0", queue: "root.test" },
      annotations: { "yunikorn.apache.org/task-groups": expect.stringContaining('"name":"headgroup"') },
    },
  },
  {
    ...{ scheduler: "kai-scheduler", sample: "kai-scheduler", cluster: "raycluster-sample", pods: 3 },
    schedulerName: "kai-scheduler",
    metadata: { labels: { "kai.scheduler/queue": "team-a" } },
  },
  {
    ...{ scheduler: "scheduler-plugins", sample: "scheduler-plugins", cluster: "test-podgroup-0", pods: 3 },
    schedulerName: "scheduler-plugins-scheduler",
    metadata: { labels: { "scheduling.x-k8s.io/pod-group": "test-podgroup-0" } },
    group: ["podgroups.scheduling.x-k8s.io/test-podgroup-0", 3],
  },
];

/** Their schedulers are not here: the pods wait, as they should, for somebody of that name to place them. */
describe.skipIf(obstacle !== undefined)(`KubeRay's samples for batch schedulers ${obstacle ?? ""}`, () => {
  let home: string;
  let kubectlPath: string;
  let kubeconfig: string;
  let kubernetes: HeliostatProcess;
  let operator: HeliostatProcess | undefined;

  beforeAll(async () => {
    kubectlPath = fetchTools()["kubectl-1.35"];
    home = mkdtempSync(join(tmpdir(), "heliostat-schedulers-"));
    kubernetes = startHeliostat(["kubernetes", "--json", "--data-dir", join(home, "state")], { HOME: home });
    ({ kubeconfig } = JSON.parse(await kubernetes.firstLine()) as { kubeconfig: string });
    await kubectl(`apply -f ${CRDS}`);
    await kubectl(`wait -f ${CRDS} --for=condition=Established --timeout=60s`);
  });
  afterEach(async () => {
    await operator?.end("SIGTERM");
    // Nobody collects garbage here.
    await kubectl("delete rayclusters,pods,services,podgroups.scheduling.volcano.sh --all --timeout=60s");
  });
  afterAll(async () => {
    await kubernetes?.end("SIGTERM");
    rmSync(home, { recursive: true, force: true });
  });

  it.each(CASES)("$sample with --batch-scheduler $scheduler", async (expected) => {
    const { cluster, group, metadata, pods, sample, scheduler, schedulerName } = expected;
    const file = join(FOLDER, `ray-cluster.${sample}.yaml`);
    const flags = ["--kubeconfig", kubeconfig, "--batch-scheduler", scheduler];
    operator = startHeliostat(["operator", ...flags], { HOME: home });
    await kubectl(`apply -f ${file}`);
    await expect.poll(async () => (await podsOf(cluster)).length, { timeout: 60_000 }).toBe(pods);
    for (const pod of await podsOf(cluster)) {
      expect(pod.spec?.schedulerName).toBe(schedulerName);
      expect(pod.metadata).toMatchObject(metadata);
    }
    if (group) expect(await kubectl(`get ${group[0]} -o jsonpath={.spec.minMember}`)).toBe(`${group[1]}`);
  });

  async function podsOf(cluster: string): Promise<readonly Pod[]> {
    const list = JSON.parse(await kubectl(`get pods -l ray.io/cluster=${cluster} -o json`));
    return (list as { items: readonly Pod[] }).items;
  }

  function kubectl(args: string): Promise<string> {
    return clientProgram(kubectlPath, { home, kubeconfigPath: kubeconfig }).output(args);
  }
});
