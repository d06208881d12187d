import type { ByteStream } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { type CallerEnd, joinConnection } from "./forwarded-connection.ts";

const CHUNK = Buffer.from("chunk");

describe("joinConnection()", () => {
  it("ends when both directions have, and drops nothing before", async () => {
    const seen: string[] = [];
    await joinConnection(caller({ input: some(2), seen }), pod({ output: some(1), seen }));
    expect(seen.sort()).toEqual(["caller ended", "pod ended", "to caller", "to pod", "to pod"]);
  });

  it("takes no more from one side than the other accepts", async () => {
    const taken = { caller: 0, pod: 0 };
    const never = (): Promise<void> => new Promise(() => undefined);
    const input = some(100, () => (taken.caller += 1));
    const output = some(100, () => (taken.pod += 1));
    void joinConnection({ ...caller({ input }), send: never }, { ...pod({ output }), drained: never });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual({ caller: 1, pod: 1 });
  });

  it("drops the connection into the pod when the caller breaks off", async () => {
    const seen: string[] = [];
    const send = () => Promise.reject(new Error("gone"));
    const joined = joinConnection({ ...caller({ input: some(1) }), send }, pod({ output: some(1), seen }));
    await expect(joined).rejects.toThrow("gone");
    expect(seen).toContain("pod dropped");
  });
});

async function* some(count: number, onTake: () => void = () => undefined): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index += 1) {
    onTake();
    yield CHUNK;
  }
}

type Caller = { readonly input: AsyncIterable<Buffer>; readonly seen?: string[] };

function caller({ input, seen = [] }: Caller): CallerEnd {
  return {
    input,
    send: async () => void seen.push("to caller"),
    end: async () => void seen.push("caller ended"),
  };
}

type Pod = { readonly output: AsyncIterable<Buffer>; readonly seen?: string[] };

function pod({ output, seen = [] }: Pod): ByteStream {
  return {
    output,
    write: () => void seen.push("to pod"),
    end: () => void seen.push("pod ended"),
    destroy: () => void seen.push("pod dropped"),
  };
}
