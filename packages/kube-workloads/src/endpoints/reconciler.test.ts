import { ENDPOINT_SLICES, ENDPOINTS, PODS, type Pod, SERVICES, type Service } from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWorkbench, type Workbench } from "../testing/workbench.ts";

const WHERE = { namespace: "default", name: "demo" };

describe("endpointsReconciler()", () => {
  let bench: Workbench;

  beforeEach(async () => {
    bench = await startWorkbench();
    await bench.client.create(SERVICES, service());
    await runPod("a", "10.0.0.1");
    await bench.turn();
  });

  afterEach(() => bench.stop());

  it("lists the pods that the selector matches, and follows them", async () => {
    expect(await addresses()).toEqual(["10.0.0.1"]);
    await runPod("b", "10.0.0.2");
    await bench.turn();
    expect(await addresses()).toEqual(["10.0.0.1", "10.0.0.2"]);
    await bench.client.delete(PODS, { namespace: "default", name: "a" }, { gracePeriodSeconds: 0 });
    await bench.turn();
    expect(await addresses()).toEqual(["10.0.0.2"]);
    const { items } = await bench.client.list(ENDPOINT_SLICES, { namespace: "default" });
    expect(items.flatMap(({ endpoints = [] }) => endpoints.flatMap((each) => each.addresses))).toEqual([
      "10.0.0.2",
    ]);
  });

  it("writes nothing while nothing changes", async () => {
    const before = await bench.client.get(ENDPOINTS, WHERE);
    await bench.turn(600_000);
    expect((await bench.client.get(ENDPOINTS, WHERE)).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
  });

  it("takes everything away with the service", async () => {
    await bench.client.delete(SERVICES, WHERE);
    await bench.turn();
    expect(await bench.find(ENDPOINTS, WHERE)).toBeUndefined();
    expect((await bench.client.list(ENDPOINT_SLICES, { namespace: "default" })).items).toEqual([]);
  });

  async function addresses(): Promise<readonly string[]> {
    const { subsets = [] } = await bench.client.get(ENDPOINTS, WHERE);
    return subsets.flatMap((subset) => subset.addresses ?? []).map(({ ip }) => ip);
  }

  async function runPod(name: string, podIP: string): Promise<void> {
    const spec = { containers: [{ name: "main", image: "busybox" }] };
    const metadata = { name, namespace: "default", labels: { app: "demo" } };
    const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata, spec };
    await bench.client.create(PODS, pod);
    const body = { status: { phase: "Running", podIP, conditions: [{ type: "Ready", status: "True" }] } };
    await bench.client.patch(
      PODS,
      { namespace: "default", name },
      { subresource: "status", patch: { type: "merge", body } },
    );
  }
});

function service(): Service {
  const spec = { selector: { app: "demo" }, ports: [{ port: 80, targetPort: 8000 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { ...WHERE }, spec };
}
