import type { Json, Secret } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import type { TokenOrder } from "../api/api-ground.ts";
import { CALLER, type TestKubernetes, testKubernetes } from "../testing/test-kubernetes.ts";

const TYPE = "kubernetes.io/service-account-token";

describe("a Secret of a service account", () => {
  it("gets its token, bound to itself and its account", async () => {
    const { orders, kubernetes } = await signingKubernetes();
    await kubernetes.given(ACCOUNT);
    const { metadata } = await kubernetes.given<Secret>(secret());
    const { data, metadata: after } = await settledSecret(kubernetes);
    expect(data).toEqual({ namespace: base64("default"), token: base64("token-1") });
    expect(after.annotations?.["kubernetes.io/service-account.uid"]).toBeDefined();
    expect(orders).toMatchObject([
      { audiences: [], boundTo: { kind: "Secret", name: "s", uid: metadata.uid } },
    ]);
  });

  it("gets a new one when it is emptied, and keeps the one that it has", async () => {
    const { orders, kubernetes } = await signingKubernetes();
    await kubernetes.given(ACCOUNT);
    await kubernetes.given(secret());
    await settledSecret(kubernetes);
    await patch(kubernetes, { metadata: { labels: { x: "y" } } });
    expect((await settledSecret(kubernetes)).data?.["token"]).toBe(base64("token-1"));
    await patch(kubernetes, { data: null });
    expect((await settledSecret(kubernetes)).data?.["token"]).toBe(base64("token-2"));
    expect(orders).toHaveLength(2);
  });

  it("gets none for an account that is not there, or is another of the same name", async () => {
    const { orders, kubernetes } = await signingKubernetes();
    await kubernetes.given(secret());
    await settledSecret(kubernetes);
    await kubernetes.given(ACCOUNT);
    await patch(kubernetes, { metadata: { annotations: { "kubernetes.io/service-account.uid": "other" } } });
    await settledSecret(kubernetes);
    expect(orders).toEqual([]);
  });

  it("must name an account", async () => {
    const { kubernetes } = await signingKubernetes();
    await expect(kubernetes.given({ ...secret(), metadata: { name: "s" } })).rejects.toThrow(
      "metadata.annotations[kubernetes.io/service-account.name]: Required value",
    );
  });
});

const ACCOUNT = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sa" } };

function secret(): { readonly [key: string]: Json } {
  const annotations = { "kubernetes.io/service-account.name": "sa" };
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "s", annotations }, type: TYPE };
}

async function signingKubernetes(): Promise<{
  readonly orders: TokenOrder[];
  readonly kubernetes: TestKubernetes;
}> {
  const orders: TokenOrder[] = [];
  const issue = async (order: TokenOrder) => ({
    token: `token-${orders.push(order)}`,
    expirationTimestamp: "2036-01-01T00:00:00Z",
  });
  return { orders, kubernetes: await testKubernetes({ tokens: { issue } }) };
}

function patch({ api, target }: TestKubernetes, body: Json): Promise<unknown> {
  return api.patch(target("v1", "secrets", { name: "s" }), { type: "merge", body }, CALLER);
}

/** The secret, once everything has run that waits for nothing but its turn. */
async function settledSecret({ api, target }: TestKubernetes): Promise<Secret> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  return (await api.get(target("v1", "secrets", { name: "s" }))).object as Secret;
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
