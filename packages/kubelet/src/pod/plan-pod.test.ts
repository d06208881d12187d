import type { Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { aContainer, aPod, ended, recordsOf, running } from "../testing/fixtures.ts";
import type { ContainerState } from "./container-record.ts";
import { planPod } from "./plan-pod.ts";

const POD = aPod({
  spec: {
    initContainers: [
      aContainer({ name: "first" }),
      aContainer({ name: "proxy", restartPolicy: "Always" }),
      aContainer({ name: "second" }),
    ],
    containers: [aContainer({ name: "one" }), aContainer({ name: "two" })],
  },
});

function plan(states: Readonly<Record<string, ContainerState>>, { nowMs = 0, pod = POD as Pod } = {}) {
  return planPod(recordsOf(pod, states), nowMs);
}

describe("planPod()", () => {
  it("runs init containers one after the other, each to success", () => {
    expect(plan({}).start).toEqual(["first"]);
    expect(plan({ first: running() }).start).toEqual([]);
    expect(plan({ first: ended(0) }).start).toEqual(["proxy"]);
  });

  it("lets the next init container begin as soon as the sidecar before it has started", () => {
    expect(plan({ first: ended(0), proxy: running({ hasStarted: false }) }).start).toEqual([]);
    expect(plan({ first: ended(0), proxy: running() }).start).toEqual(["second"]);
  });

  it("starts the pod's own containers together", () => {
    const states = { first: ended(0), proxy: running(), second: ended(0) };
    expect(plan(states).start).toEqual(["one", "two"]);
  });

  it("restarts a container when its time has come, and says when to look again", () => {
    const states = {
      first: ended(0),
      proxy: running(),
      second: ended(0),
      one: running(),
      two: ended(1, 5000),
    };
    expect(plan(states)).toEqual({ start: [], isFinished: false, planAgainAtMs: 5000 });
    expect(plan(states, { nowMs: 5000 })).toEqual({ start: ["two"], isFinished: false });
  });

  it("restarts a sidecar while the pod's own containers run, and holds none of them up for it", () => {
    const states = {
      first: ended(0),
      proxy: ended(1, 0),
      second: ended(0),
      one: running(),
      two: ended(1, 0),
    };
    expect(plan(states).start).toEqual(["proxy", "two"]);
  });

  it("tries a failed init container again, and starts nothing behind it", () => {
    expect(plan({ first: ended(1, 9000) })).toEqual({ start: [], isFinished: false, planAgainAtMs: 9000 });
  });

  it("is finished when no container of the pod's own will run again, sidecars or not", () => {
    const states = { first: ended(0), proxy: running(), second: ended(0), one: ended(0), two: ended(1) };
    expect(plan(states)).toEqual({ start: [], isFinished: true });
  });

  it("is finished when an init container failed that is not tried again", () => {
    expect(plan({ first: ended(1) }).isFinished).toBe(true);
  });

  it("starts every container of a pod without init containers at once", () => {
    const pod = aPod({ spec: { containers: [aContainer({ name: "a" }), aContainer({ name: "b" })] } });
    expect(plan({}, { pod }).start).toEqual(["a", "b"]);
  });

  it("does not start what waits for a later moment", () => {
    const pod = aPod();
    const waiting = { is: "waiting", reason: "ImagePullBackOff", retryAtMs: 10_000 } as const;
    expect(plan({ main: waiting }, { pod })).toEqual({ start: [], isFinished: false, planAgainAtMs: 10_000 });
  });
});
