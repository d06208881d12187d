import {
  CONFIG_MAPS,
  type ConfigMap,
  controllerReference,
  type KubeObject,
  PODS,
  type Pod,
} from "@heliostat/kube";
import { beforeAll, describe, expect, it } from "vitest";
import { carryOut } from "../../carry-out.ts";
import { create } from "../../plan.ts";
import { owned, type Reconciler, resultOf } from "../../reconciler.ts";
import { faultFrom, faultText } from "./fault.ts";
import { Lab } from "./lab.ts";
import { pointsOf } from "./points.ts";
import { faultRuns, type Reference, referenceRun } from "./run-scenario.ts";
import type { FaultSuite, Scenario } from "./scenario.ts";
import { fieldValues, withValue } from "./schema-walk.ts";

const ONE_POD: Scenario = {
  name: "one-pod",
  about: "a ConfigMap that wants a pod",
  steps: [
    { name: "create", acts: [{ act: "create", resource: CONFIG_MAPS, object: aConfigMap() }] },
    {
      name: "delete",
      acts: [{ act: "delete", resource: CONFIG_MAPS, on: { namespace: "default", name: "c" } }],
    },
  ],
};

describe("the fault harness, for a controller that makes one pod for each ConfigMap", () => {
  it("finds nothing where the pod has a name of its own", async () => {
    const { reference, failed } = await tried(suiteWith(() => "c-pod"));
    expect(reference.violations).toEqual([]);
    expect(failed).toEqual([]);
  });

  it("finds the second pod of a controller that leaves the name to chance", async () => {
    let made = 0;
    const { failed } = await tried(
      suiteWith(() => {
        made += 1;
        return `c-pod-${made}`;
      }),
    );
    expect(failed).toContainEqual(expect.stringMatching(/: one pod a map$/));
  });
});

describe("faultFrom()", () => {
  let reference: Reference;
  beforeAll(async () => {
    reference = await referenceRun(await Lab.open(suiteWith(() => "c-pod")), ONE_POD);
  });

  it("reads what faultText() has printed", () => {
    const points = pointsOf(reference);
    expect(points.map(faultText).map(faultFrom)).toEqual(points);
    expect(new Set(points.map(faultText)).size).toBe(points.length);
  });

  it("says what a fault looks like when it meets something else", () => {
    expect(() => faultFrom("crash:1")).toThrow("crash:write:position");
  });
});

describe("fieldValues()", () => {
  it("walks members and lists, and makes what lacks on the way", () => {
    const schema = {
      type: "object",
      properties: {
        list: { type: "array", items: { type: "object", properties: { on: { type: "boolean" } } } },
      },
    } as const;
    const values = fieldValues(schema);
    expect(values.map(({ path }) => path.join("."))).toContain("list.0.on");
    expect(withValue({ kept: 1 }, { path: ["list", 0, "on"], value: true })).toEqual({
      kept: 1,
      list: [{ on: true }],
    });
  });
});

async function tried(suite: FaultSuite): Promise<{ reference: Reference; failed: readonly string[] }> {
  const lab = await Lab.open(suite);
  const reference = await referenceRun(lab, ONE_POD);
  const failed: string[] = [];
  for await (const { fault, run } of faultRuns(lab, ONE_POD, { faults: pointsOf(reference), reference })) {
    for (const { invariant } of run.violations) failed.push(`${faultText(fault)}: ${invariant}`);
  }
  return { reference, failed };
}

function suiteWith(nameOfPod: () => string): FaultSuite {
  return {
    definitions: [],
    resources: [CONFIG_MAPS, PODS],
    parents: [CONFIG_MAPS],
    reconcilers: () => [onePodReconciler(nameOfPod) as unknown as Reconciler],
    scenarios: [ONE_POD],
    invariants: [
      {
        name: "one pod a map",
        check: (_, state) => (state.of(PODS).length > 1 ? `there are ${state.of(PODS).length}` : undefined),
      },
    ],
    atRest: (state) =>
      state.of(CONFIG_MAPS).length === state.of(PODS).length ? [] : ["a map lacks its pod"],
    essence: ({ metadata }: KubeObject) => ({ owners: metadata.ownerReferences?.length ?? 0 }),
  };
}

function onePodReconciler(nameOfPod: () => string): Reconciler<ConfigMap> {
  return {
    name: "one-pod",
    resource: CONFIG_MAPS,
    watches: [owned(PODS, CONFIG_MAPS)],
    async reconcile(key, context) {
      const map = context.caches.of(CONFIG_MAPS).get(key);
      if (!map || context.caches.of(PODS).list().length > 0) return { ended: "done" };
      const plan = { actions: [create(PODS, aPod(map, nameOfPod()), { why: "there is none" })] };
      return resultOf(plan, await carryOut(plan, map, context));
    },
  };
}

function aPod(owner: ConfigMap, name: string): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", ownerReferences: [controllerReference(owner)] },
    spec: { containers: [{ name: "main", image: "main" }] },
  };
}

function aConfigMap(): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", namespace: "default" } };
}
