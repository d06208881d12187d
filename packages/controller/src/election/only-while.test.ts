import { CONFIG_MAPS, type KubeClient } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { onlyWhile } from "./only-while.ts";

const MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "default" } } as const;

describe("onlyWhile()", () => {
  it("sends nothing when its term is over", async () => {
    const { client, sent } = silentClient();
    const over = new AbortController();
    const create = onlyWhile({ mayWrite: () => false, over: over.signal }, client).create(CONFIG_MAPS, MAP);
    await expect(create).rejects.toMatchObject({ reason: "Unavailable" });
    expect(sent).toHaveLength(0);
  });

  it("gives up a write that waits for its answer when its term is over", async () => {
    const { client } = silentClient();
    const over = new AbortController();
    const create = onlyWhile({ mayWrite: () => true, over: over.signal }, client).create(CONFIG_MAPS, MAP);
    over.abort();
    await expect(create).rejects.toMatchObject({ reason: "Unavailable" });
  });

  it("leaves to the caller's own signal what it says", async () => {
    const { client } = silentClient();
    const [over, own] = [new AbortController(), new AbortController()];
    const term = { mayWrite: () => true, over: over.signal };
    const create = onlyWhile(term, client).create(CONFIG_MAPS, MAP, { signal: own.signal });
    own.abort(new Error("enough"));
    await expect(create).rejects.toThrow("enough");
  });
});

/** One that never answers, until it is told to stop. */
function silentClient(): { readonly client: KubeClient; readonly sent: string[] } {
  const sent: string[] = [];
  const create: KubeClient["create"] = (_resource, object, { signal } = {}) => {
    sent.push(object.metadata.name);
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  return { client: { create } as KubeClient, sent };
}
