import type { Pod } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { chosenContainer } from "./container-choice.ts";
import { assertHasLog } from "./log-availability.ts";
import { logOptions } from "./pod-log.ts";
import { exitStatus } from "./remote-command.ts";
import { remoteInput } from "./web-socket-wire.ts";

function aPod(containers: readonly string[], more: Partial<Pod> = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: containers.map((name) => ({ name })), initContainers: [{ name: "init" }] },
    ...more,
  } as Pod;
}

describe("chosenContainer()", () => {
  it("takes the only one, the marked one, or the one that is asked for", () => {
    expect(chosenContainer(aPod(["a"]), undefined)).toBe("a");
    expect(chosenContainer(aPod(["a", "b"]), "b")).toBe("b");
    expect(chosenContainer(aPod(["a"]), "init")).toBe("init");
    const annotations = { "kubectl.kubernetes.io/default-container": "b" };
    expect(chosenContainer(aPod(["a", "b"], { metadata: { name: "p", annotations } }), undefined)).toBe("b");
  });

  it("refuses in Kubernetes' words", () => {
    expect(() => chosenContainer(aPod(["a"]), "x")).toThrow("container x is not valid for pod p");
    expect(() => chosenContainer(aPod(["a", "b"]), undefined)).toThrow(
      "a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [init]",
    );
  });
});

describe("assertHasLog()", () => {
  const withState = (status: object): Pod =>
    aPod(["a"], { status: { containerStatuses: [{ name: "a", ...status }] } } as unknown as Partial<Pod>);
  const refusal = (status: object, previous = false): string | undefined => {
    try {
      assertHasLog(withState(status), "a", { previous });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("lets whoever has run, or runs, speak", () => {
    expect(refusal({ state: { running: {} } })).toBeUndefined();
    expect(refusal({ state: { terminated: {} } })).toBeUndefined();
    expect(
      refusal({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: {} } }),
    ).toBeUndefined();
    expect(refusal({ state: { running: {} }, lastState: { terminated: {} } }, true)).toBeUndefined();
  });

  it("refuses the others in the kubelet's words", () => {
    const waiting = (reason: string): string | undefined => refusal({ state: { waiting: { reason } } });
    expect(waiting("ContainerCreating")).toBe(
      'container "a" in pod "p" is waiting to start: ContainerCreating',
    );
    expect(waiting("ErrImagePull")).toBe(
      `container "a" in pod "p" is waiting to start: image can't be pulled`,
    );
    expect(waiting("ImagePullBackOff")).toBe(
      'container "a" in pod "p" is waiting to start: trying and failing to pull image',
    );
    expect(refusal({ state: { running: {} } }, true)).toBe(
      'previous terminated container "a" in pod "p" not found',
    );
    expect(() => assertHasLog(aPod(["a"]), "a", { previous: false })).toThrow(
      'container "a" in pod "p" is not available',
    );
  });
});

describe("logOptions()", () => {
  const read = (query: string) => logOptions(new URLSearchParams(query), Date.UTC(2026, 0, 1, 0, 1));

  it("reads what kubectl and the Python client send", () => {
    expect(read("follow=True&tailLines=10&limitBytes=5&timestamps=true&previous=false")).toEqual({
      follow: true,
      previous: false,
      timestamps: true,
      tailLines: 10,
      limitBytes: 5,
    });
    expect(read("sinceSeconds=60")).toMatchObject({ sinceTime: "2026-01-01T00:00:00Z" });
  });

  it("refuses what makes no sense", () => {
    expect(() => read("tailLines=-1")).toThrow(
      "tailLines: Invalid value: -1: must be greater than or equal to 0",
    );
    expect(() => read("limitBytes=0")).toThrow("limitBytes: Invalid value: 0: must be greater than 0");
    expect(() => read("sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z")).toThrow("at most one of");
    expect(() => read("sinceTime=yesterday")).toThrow("is not an RFC 3339 time");
  });
});

describe("remoteInput()", () => {
  it("tells the channels apart", () => {
    expect(remoteInput(Buffer.from("\0hi"))).toEqual({ type: "stdin", data: Buffer.from("hi") });
    expect(remoteInput(Buffer.from('\x04{"Width":80,"Height":24}'))).toEqual({
      type: "resize",
      columns: 80,
      rows: 24,
    });
    expect(remoteInput(Buffer.of(255, 0))).toEqual({ type: "endOfStdin" });
  });

  it("passes over what it does not understand", () => {
    for (const message of [Buffer.of(), Buffer.of(9, 1), Buffer.from("\x04{"), Buffer.of(255, 1)]) {
      expect(remoteInput(message)).toBeUndefined();
    }
  });
});

describe("exitStatus()", () => {
  it("carries the exit code where clients look for it", () => {
    expect(exitStatus(0)).toEqual({ metadata: {}, status: "Success" });
    expect(exitStatus(3)).toMatchObject({
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });
  });
});
