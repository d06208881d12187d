import { type KubeClient, PODS, type Pod, type PodStatus, SILENT } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { beforeEach, describe, expect, it } from "vitest";
import { aPod } from "../testing/fixtures.ts";
import { StatusWriter } from "./status-writer.ts";

describe("StatusWriter", () => {
  let clock: HandClock;
  let client: KubeClient;
  let pod: Pod;
  let writer: StatusWriter;

  beforeEach(async () => {
    clock = new HandClock();
    const kubernetes = embeddedKubernetes({ clock, random: new SeededRandom() });
    await kubernetes.start();
    client = kubernetes.client("kubelet");
    const { uid: _, creationTimestamp: __, ...metadata } = aPod().metadata;
    pod = await client.create(PODS, { ...aPod(), metadata });
    writer = new StatusWriter(pod, { client, clock, logger: SILENT });
  });

  it("leaves the conditions of others alone, those that it never saw included", async () => {
    const target = { type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler" };
    await someoneWrites({ conditions: [target] });
    await write({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] });
    expect((await present()).conditions).toEqual([
      { type: "Ready", status: "True" },
      expect.objectContaining(target),
    ]);
  });

  it("takes back its own reasons and addresses", async () => {
    const conditions = [{ type: "Ready", status: "False", reason: "ContainersNotReady", message: "why" }];
    await write({
      podIP: "10.0.0.1",
      podIPs: [{ ip: "10.0.0.1" }],
      hostIPs: [{ ip: "10.1.0.1" }],
      conditions,
    });
    expect((await present()).conditions).toMatchObject(conditions);
    await write({
      podIP: "10.0.0.2",
      podIPs: [{ ip: "10.0.0.2" }],
      hostIPs: [{ ip: "10.1.0.1" }],
      conditions: [{ type: "Ready", status: "True" }],
    });
    expect(await present()).toMatchObject({ podIPs: [{ ip: "10.0.0.2" }], hostIPs: [{ ip: "10.1.0.1" }] });
    expect((await present()).conditions).toEqual([{ type: "Ready", status: "True" }]);
    await write({ phase: "Failed", reason: "DeadlineExceeded" });
    expect(await present()).not.toHaveProperty("podIPs");
  });

  async function write(status: PodStatus): Promise<void> {
    writer.write(status);
    await clock.turn(0);
    await writer.flush();
  }

  async function someoneWrites(status: PodStatus): Promise<void> {
    await client.update(PODS, { ...pod, status: { ...pod.status, ...status } }, { subresource: "status" });
  }

  async function present(): Promise<PodStatus> {
    return (await client.get(PODS, { name: pod.metadata.name, namespace: "default" })).status ?? {};
  }
});
