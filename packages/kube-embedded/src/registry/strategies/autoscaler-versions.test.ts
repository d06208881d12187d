import type { HorizontalPodAutoscaler, HorizontalPodAutoscalerV1, Json } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CALLER, testKubernetes } from "../../testing/test-kubernetes.ts";
import { AUTOSCALER_V1_STRATEGY } from "./autoscaler-versions.ts";

const TARGET = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };

const percent = fc.record({
  type: fc.constant("Utilization"),
  averageUtilization: fc.integer({ min: 1, max: 100 }),
});
const average = fc.record({ type: fc.constant("AverageValue"), averageValue: fc.constantFrom("5", "100m") });
const value = fc.record({ type: fc.constant("Value"), value: fc.constantFrom("7", "2k") });
const metric = fc.record(
  { name: fc.constantFrom("hits", "queue"), selector: fc.constant({ matchLabels: { a: "b" } }) },
  { requiredKeys: ["name"] },
);

const other = fc.oneof(
  fc.record({
    type: fc.constant("Resource"),
    resource: fc.record({ name: fc.constant("memory"), target: fc.oneof(percent, average) }),
  }),
  fc.record({
    type: fc.constant("ContainerResource"),
    containerResource: fc.record({
      name: fc.constant("cpu"),
      container: fc.constant("main"),
      target: fc.oneof(percent, average),
    }),
  }),
  fc.record({ type: fc.constant("Pods"), pods: fc.record({ metric, target: average }) }),
  fc.record({
    type: fc.constant("Object"),
    object: fc.record({ describedObject: fc.constant(TARGET), metric, target: fc.oneof(value, average) }),
  }),
  fc.record({
    type: fc.constant("External"),
    external: fc.record({ metric, target: fc.oneof(value, average) }),
  }),
);

const autoscaler = fc
  .record({ cpu: fc.option(percent), others: fc.array(other, { maxLength: 4 }), isCalm: fc.boolean() })
  .map(({ cpu, others, isCalm }) => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "default" },
    spec: {
      scaleTargetRef: TARGET,
      maxReplicas: 3,
      metrics: [
        ...(cpu ? [{ type: "Resource", resource: { name: "cpu", target: cpu } }] : []),
        ...(others as object[]),
      ],
      ...(isCalm && { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } }),
    },
    status: {
      desiredReplicas: 1,
      currentReplicas: 1,
      conditions: [{ type: "ScalingActive", status: "True" }],
      currentMetrics: [{ type: "Pods", pods: { metric: { name: "hits" }, current: { averageValue: "4" } } }],
    },
  })) as fc.Arbitrary<HorizontalPodAutoscaler>;

describe("an autoscaler of v2", () => {
  it("comes back from v1 as it was", () => {
    fc.assert(
      fc.property(autoscaler, (stored) => {
        const older = AUTOSCALER_V1_STRATEGY.fromStored?.(stored);
        expect(older && AUTOSCALER_V1_STRATEGY.toStored?.(older)).toEqual(stored);
      }),
    );
  });

  it("keeps its status when a client of v1 leaves the annotations out", async () => {
    const { api, target, given } = await testKubernetes();
    const [stored] = fc.sample(autoscaler, { numRuns: 1, seed: 1 });
    await given(stored as unknown as Json);
    const newer = target("autoscaling/v2", "horizontalpodautoscalers", { name: "web" });
    const status = { ...newer, subresource: "status" };
    await api.patch(status, { type: "merge", body: { status: stored?.status } as unknown as Json }, CALLER);
    const older = target("autoscaling/v1", "horizontalpodautoscalers", { name: "web" });
    const written = { metadata: { name: "web" }, spec: { scaleTargetRef: TARGET, maxReplicas: 9 } };
    const { object } = await api.update(older, written, CALLER);
    expect((object as unknown as HorizontalPodAutoscalerV1).spec).toMatchObject({
      minReplicas: 1,
      targetCPUUtilizationPercentage: 80,
    });
    expect((await api.get(newer)).object).toMatchObject({ spec: { maxReplicas: 9 }, status: stored?.status });
  });

  it("is stored once, and watched in either version", async () => {
    const { api, target, given } = await testKubernetes();
    const [stored] = fc.sample(autoscaler, { numRuns: 1, seed: 1 });
    await given(stored as unknown as Json);
    for (const version of ["autoscaling/v1", "autoscaling/v2"]) {
      const { items } = await api.list(target(version, "horizontalpodautoscalers"), {});
      expect(items.map(({ object }) => object.apiVersion)).toEqual([version]);
      const events = api.watch(target(version, "horizontalpodautoscalers"), {})[Symbol.asyncIterator]();
      expect((await events.next()).value).toMatchObject([
        {
          type: "ADDED",
          stored: { object: { apiVersion: version } },
        },
      ]);
      await events.return?.();
    }
  });
});
