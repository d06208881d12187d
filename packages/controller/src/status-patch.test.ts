import type { KubeClient, Pod } from "@heliostat/kube";
import { PODS } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { patchStatus } from "./status-patch.ts";

describe("patchStatus()", () => {
  it("writes nothing when nothing differs, absent fields included", async () => {
    const { client, patches } = recording();
    expect(await patchStatus(PODS, pod({ phase: "Running" }), { status: { phase: "Running" }, client })).toBe(
      false,
    );
    expect(patches).toEqual([]);
  });

  it("sends only what differs, and insists on the object as it was seen", async () => {
    const { client, patches } = recording();
    const status = { phase: "Running", podIP: "10.0.0.1" } as const;
    expect(await patchStatus(PODS, pod({ phase: "Running", message: "old" }), { status, client })).toBe(true);
    expect(patches).toEqual([
      {
        subresource: "status",
        patch: {
          type: "merge",
          body: {
            metadata: { uid: "u1", resourceVersion: "5" },
            status: { podIP: "10.0.0.1", message: null },
          },
        },
      },
    ]);
  });
});

function recording(): { client: KubeClient; patches: unknown[] } {
  const patches: unknown[] = [];
  const client = { patch: async (...call: readonly unknown[]) => void patches.push(call[2]) };
  return { client: client as unknown as KubeClient, patches };
}

function pod(status: NonNullable<Pod["status"]>): Pod {
  const metadata = { name: "demo", namespace: "default", uid: "u1", resourceVersion: "5" };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [] }, status };
}
