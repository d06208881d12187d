import {
  conditionOf,
  EVENTS,
  isKubeError,
  JOBS,
  type Job,
  type JobSpec,
  PODS,
  type Pod,
} from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SimulatedCluster, startSimulatedCluster } from "../testing/simulated-cluster.ts";
import { TRACKING_FINALIZER } from "./tracking.ts";

describe("jobReconciler()", () => {
  let cluster: SimulatedCluster;

  beforeEach(async () => {
    cluster = await startSimulatedCluster();
  });

  afterEach(() => cluster.stop());

  it("runs one pod to its end, and then says so", async () => {
    await run({});
    expect((await job()).status).toMatchObject({ active: 1, startTime: expect.any(String) });
    await cluster.turn(5000);
    const { status } = await job();
    expect(status).toMatchObject({ succeeded: 1, completionTime: expect.any(String) });
    expect(types(status)).toEqual(["SuccessCriteriaMet", "Complete"]);
    expect(status?.active).toBeUndefined();
    const { items } = await cluster.client.list(EVENTS);
    expect(items.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["SuccessfulCreate", "Completed"]),
    );
  });

  it("runs as many pods at once as it may, until enough have succeeded", async () => {
    await run({ completions: 5, parallelism: 2 });
    for (let step = 0; step < 20; step += 1) {
      await cluster.turn(500);
      expect((await job()).status?.active ?? 0).toBeLessThanOrEqual(2);
    }
    expect((await job()).status).toMatchObject({ succeeded: 5 });
    expect(await cluster.pods()).toHaveLength(5);
  });

  it("tells of its failure by the reason of its condition", async () => {
    await run({ backoffLimit: 0 }, "exit 3 after 1s");
    await cluster.turn(5000);
    const { items } = await cluster.client.list(EVENTS);
    expect(items).toContainEqual(
      expect.objectContaining({ type: "Warning", reason: "BackoffLimitExceeded" }),
    );
  });

  it("gives each pod of an indexed job a part of its own", async () => {
    await run({ completions: 3, parallelism: 3, completionMode: "Indexed" });
    await cluster.turn(5000);
    const pods = await cluster.pods();
    expect(pods.map(({ spec }) => spec?.hostname).sort()).toEqual(["work-0", "work-1", "work-2"]);
    expect(pods[0]?.spec?.containers[0]?.env).toMatchObject([{ name: "JOB_COMPLETION_INDEX" }]);
    expect((await job()).status).toMatchObject({ succeeded: 3, completedIndexes: "0-2" });
  });

  it("tries again after a failure, ever later, until the limit", async () => {
    await run({ backoffLimit: 1 }, "exit 3 after 1s");
    await cluster.turn(5000);
    expect((await job()).status).toMatchObject({ failed: 1 });
    expect(types((await job()).status)).toEqual([]);
    await cluster.turn(20_000);
    const { status } = await job();
    expect(status).toMatchObject({ failed: 2 });
    expect(types(status)).toEqual(["FailureTarget", "Failed"]);
    expect(conditionOf(status?.conditions, "Failed")).toMatchObject({
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit",
    });
  });

  it("ends what takes longer than it may", async () => {
    await run({ activeDeadlineSeconds: 10 }, "exit 0 after 1h");
    await cluster.turn(60_000);
    expect(conditionOf((await job()).status?.conditions, "Failed")?.reason).toBe("DeadlineExceeded");
    expect(await cluster.pods()).toEqual([]);
  });

  it("is deleted, with its pods, when it has been finished for long enough", async () => {
    await run({ ttlSecondsAfterFinished: 30 });
    await cluster.turn(5000);
    expect(types((await job()).status)).toContain("Complete");
    await cluster.turn(60_000);
    await expect(job()).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
    expect((await cluster.client.list(PODS, { namespace: "default" })).items).toEqual([]);
  });

  it("has no pods while it is suspended, and a new start after that", async () => {
    await run({}, "exit 0 after 1h");
    await cluster.patch(JOBS, "work", { spec: { suspend: true } });
    await cluster.turn(60_000);
    expect(await cluster.pods()).toEqual([]);
    expect((await job()).status?.startTime).toBeUndefined();
    expect(conditionOf((await job()).status?.conditions, "Suspended")).toMatchObject({ status: "True" });
    await cluster.patch(JOBS, "work", { spec: { suspend: false } });
    await cluster.turn();
    expect(await cluster.pods()).toHaveLength(1);
    expect(conditionOf((await job()).status?.conditions, "Suspended")).toMatchObject({ status: "False" });
  });

  it("fails at once when its failure policy says so, and does not count what that ignores", async () => {
    const rule = (action: string, value: number) => ({
      action,
      onExitCodes: { operator: "In", values: [value] },
    });
    const podFailurePolicy = { rules: [rule("FailJob", 42), rule("Ignore", 3)] };
    await run({ backoffLimit: 0, podFailurePolicy }, "exit 3 after 1s");
    await cluster.turn(60_000);
    expect((await cluster.pods()).length).toBeGreaterThan(2);
    expect((await job()).status).not.toHaveProperty("failed");
    expect(types((await job()).status)).toEqual([]);
    const background = { propagationPolicy: "Background" } as const;
    await cluster.client.delete(JOBS, { namespace: "default", name: "work" }, background);
    await cluster.turn(5000);
    await run({ podFailurePolicy }, "exit 42 after 1s");
    await cluster.turn(5000);
    const failed = conditionOf((await job()).status?.conditions, "Failed");
    expect(failed?.message).toMatch(
      /^Container main for pod default\/work-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
    );
  });

  it("gets more and fewer indexes while it runs", async () => {
    await run({ completions: 3, parallelism: 3, completionMode: "Indexed" }, "exit 0 after 1h");
    const hosts = async (): Promise<readonly (string | undefined)[]> =>
      (await cluster.pods()).map(({ spec }) => spec?.hostname).sort();
    await cluster.patch(JOBS, "work", { spec: { completions: 4, parallelism: 4 } });
    await cluster.turn();
    expect(await hosts()).toEqual(["work-0", "work-1", "work-2", "work-3"]);
    await cluster.patch(JOBS, "work", { spec: { completions: 2, parallelism: 2 } });
    await cluster.turn(40_000);
    expect(await hosts()).toEqual(["work-0", "work-1"]);
    expect((await job()).status).toMatchObject({ active: 2 });
    await expect(cluster.patch(JOBS, "work", { spec: { completions: 5 } })).rejects.toThrow(
      "can only be modified in tandem with spec.parallelism",
    );
  });

  it("gives up an index that fails too often, and does the others", async () => {
    const spec = { completions: 3, parallelism: 3, completionMode: "Indexed", backoffLimitPerIndex: 1 };
    await run(spec, "exit 3 after 1s");
    const [spared] = (await cluster.pods()).filter(({ spec: pod }) => pod?.hostname === "work-1");
    await cluster.turn(5_000);
    expect((await job()).status).toMatchObject({ failedIndexes: "" });
    await cluster.turn(60_000);
    const { status } = await job();
    expect(status).toMatchObject({ failed: 6, failedIndexes: "0-2", uncountedTerminatedPods: {} });
    expect(conditionOf(status?.conditions, "Failed")).toMatchObject({
      reason: "FailedIndexes",
      message: "Job has failed indexes",
    });
    expect(spared?.metadata.annotations).toMatchObject({
      "batch.kubernetes.io/job-index-failure-count": "0",
    });
    const counts = (await everyPod()).map(
      ({ metadata }) => metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"],
    );
    expect(counts.sort()).toEqual(["0", "0", "0", "1", "1", "1"]);
  });

  it("gives up altogether when too many indexes have failed, or the policy says so of one", async () => {
    const onExitCodes = { operator: "In", values: [3] };
    const podFailurePolicy = { rules: [{ action: "FailIndex", onExitCodes }] };
    const limits = { backoffLimitPerIndex: 5, maxFailedIndexes: 1 };
    await run(
      { completions: 4, parallelism: 2, completionMode: "Indexed", ...limits, podFailurePolicy },
      "exit 3 after 1s",
    );
    await cluster.turn(60_000);
    const { status } = await job();
    expect(status?.failedIndexes).toMatch(/^0,1$|^0-2$/);
    expect(conditionOf(status?.conditions, "Failed")?.reason).toBe("MaxFailedIndexesExceeded");
  });

  it("is done as soon as its success policy is met", async () => {
    const successPolicy = { rules: [{ succeededIndexes: "1-2", succeededCount: 1 }] };
    await run({ completions: 5, parallelism: 1, completionMode: "Indexed", successPolicy });
    await cluster.turn(60_000);
    const { status } = await job();
    expect(status).toMatchObject({ succeeded: 2, completedIndexes: "0,1" });
    expect(conditionOf(status?.conditions, "Complete")).toMatchObject({
      reason: "SuccessPolicy",
      message: "Matched rules at index 0",
    });
  });

  describe("counts each pod once", () => {
    it("holding it back until it has", async () => {
      await run({ completions: 3, parallelism: 1 });
      const [first] = await cluster.pods();
      expect(first?.metadata.finalizers).toEqual([TRACKING_FINALIZER]);
      for (let step = 0; step < 20; step += 1) {
        await cluster.turn(500);
        for (const pod of await cluster.pods()) if (pod.status?.phase === "Succeeded") await remove(pod);
      }
      expect((await job()).status).toMatchObject({ succeeded: 3, uncountedTerminatedPods: {} });
      expect(types((await job()).status)).toContain("Complete");
      expect(await everyPod()).toEqual([]);
    });

    it("and lets it go then", async () => {
      await run({ completions: 2, parallelism: 2, completionMode: "Indexed" });
      await cluster.turn(5_000);
      const pods = await everyPod();
      expect(pods).toHaveLength(2);
      expect(pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
    });

    it("as failed when somebody deletes it, and runs another", async () => {
      await run({}, "exit 0 after 1h");
      const [first] = await cluster.pods();
      if (first) await remove(first);
      await cluster.turn(40_000);
      expect((await job()).status).toMatchObject({ active: 1, failed: 1 });
      expect(await everyPod()).toHaveLength(1);
    });

    it("and not at all what the job itself sends away", async () => {
      await run({ parallelism: 2, completions: 4 }, "exit 0 after 1h");
      await cluster.patch(JOBS, "work", { spec: { parallelism: 1 } });
      await cluster.turn(40_000);
      await cluster.patch(JOBS, "work", { spec: { suspend: true } });
      await cluster.turn(40_000);
      expect((await job()).status).not.toHaveProperty("failed");
      expect(await everyPod()).toEqual([]);
    });

    it("as failed when it is cut short by the job's end", async () => {
      await run({ activeDeadlineSeconds: 10 }, "exit 0 after 1h");
      await cluster.turn(60_000);
      expect((await job()).status).toMatchObject({ failed: 1, uncountedTerminatedPods: {} });
      expect(await everyPod()).toEqual([]);
    });

    it.each(["Orphan", "Background", "Foreground"] as const)(
      "and holds nothing back when its job is deleted: %s",
      async (propagationPolicy) => {
        await run({}, "exit 0 after 1h");
        await cluster.client.delete(JOBS, { namespace: "default", name: "work" }, { propagationPolicy });
        await cluster.turn(60_000);
        const pods = await everyPod();
        expect(pods).toHaveLength(propagationPolicy === "Orphan" ? 1 : 0);
        expect(pods.flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
        expect((await cluster.client.list(JOBS)).items).toEqual([]);
      },
    );
  });

  async function remove({ metadata }: Pod): Promise<void> {
    await cluster.client.delete(PODS, { namespace: "default", name: metadata.name });
  }

  async function everyPod(): Promise<readonly Pod[]> {
    return (await cluster.client.list(PODS, { namespace: "default" })).items;
  }

  const job = () => cluster.get(JOBS, "work");

  async function run(spec: Partial<JobSpec>, simulate?: string): Promise<void> {
    await cluster.create(JOBS, aJob(spec, simulate));
    await cluster.turn(500);
  }
});

function types(status: Job["status"]): readonly string[] {
  return (status?.conditions ?? []).map(({ type }) => type);
}

function aJob(spec: Partial<JobSpec>, simulate?: string): Job {
  const annotations = simulate ? { "heliostat.dev/simulate": simulate } : {};
  const containers = [{ name: "main", image: "app:1" }];
  const template = { metadata: { annotations }, spec: { restartPolicy: "Never", containers } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name: "work" }, spec: { template, ...spec } };
}
