import type { Json } from "@heliostat/kube";
import { beforeEach, describe, expect, it } from "vitest";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";
import type { TokenOrder } from "./api-ground.ts";

let kubernetes: TestKubernetes;
let orders: TokenOrder[];

beforeEach(async () => {
  orders = [];
  const issue = async (order: TokenOrder) => {
    orders.push(order);
    return { token: "signed", expirationTimestamp: "2026-01-01T01:00:00Z" };
  };
  kubernetes = await testKubernetes({ tokens: { issue } });
  for (const name of ["sa", "other"])
    await kubernetes.given({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
  const spec = { serviceAccountName: "sa", containers: [{ name: "c", image: "i" }] };
  await kubernetes.given({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec });
});

describe("a TokenRequest", () => {
  it("gets an hour, or as long as it asks for", async () => {
    await request({});
    await request({ expirationSeconds: 600, audiences: ["vault"] });
    expect(orders).toMatchObject([
      { expirationSeconds: 3600, audiences: [] },
      { expirationSeconds: 600, audiences: ["vault"] },
    ]);
  });

  it.each([
    [{ expirationSeconds: 599 }, "may not specify a duration less than 10 minutes"],
    [{ expirationSeconds: -1 }, "may not specify a duration less than 10 minutes"],
    [{ expirationSeconds: 2 ** 32 + 1 }, "may not specify a duration larger than 2^32 seconds"],
    [{ expirationSeconds: 600.5 }, "spec.expirationSeconds must be a whole number"],
    [{ expirationSeconds: "3600" }, "spec.expirationSeconds must be a whole number"],
    [{ audiences: "vault" }, "spec.audiences must be a list of strings"],
    [{ audiences: [1] }, "spec.audiences must be a list of strings"],
    [{ boundObjectRef: { kind: "Pod", name: "gone" } }, 'pods "gone" not found'],
    [{ boundObjectRef: { kind: "Secret", name: "gone" } }, 'secrets "gone" not found'],
    [{ boundObjectRef: { kind: "Pod", name: "p", uid: "x" } }, "does not match the UID in record"],
    [
      { boundObjectRef: { kind: "Node", name: "n" } },
      'cannot bind token for serviceaccount "sa" to object of type /v1, Kind=Node',
    ],
    [{ boundObjectRef: { kind: "constructor", name: "n" } }, "to object of type /v1, Kind=constructor"],
    [{ boundObjectRef: { apiVersion: "apps/v1", kind: "Pod", name: "p" } }, "of type apps/v1, Kind=Pod"],
  ])("is refused for %j", async (spec, message) => {
    await expect(request(spec)).rejects.toThrow(message);
    expect(orders).toEqual([]);
  });

  it("is bound to a pod of the same account only", async () => {
    const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "p" };
    await request({ boundObjectRef });
    expect(orders).toMatchObject([{ boundTo: { kind: "Pod", name: "p", uid: expect.any(String) } }]);
    await expect(request({ boundObjectRef }, "other")).rejects.toThrow(
      'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    );
  });
});

function request(spec: object, name = "sa"): Promise<unknown> {
  const target = kubernetes.target("v1", "serviceaccounts", { name, subresource: "token" });
  return kubernetes.api.create(target, { spec } as Json, CALLER);
}
