import { CONFIG_MAPS, isKubeError, type Json, type Random } from "@heliostat/kube";
import type { Target, WriteResult } from "../api/kube-api.ts";
import type { EmbeddedKubernetes } from "../embedded-kubernetes.ts";
import type { Operation } from "./history-checker.ts";
import { CALLER } from "./test-kubernetes.ts";

export interface RandomCallersOptions {
  readonly kubernetes: EmbeddedKubernetes;
  readonly random: Random;
  readonly callers: number;
  /** All of them together. */
  readonly operations: number;
  readonly keys: number;
}

/** Callers that do at random what callers do, each one thing after another, all of them at once. */
export async function randomCallers(options: RandomCallersOptions): Promise<readonly Operation[]> {
  const { callers, operations: count } = options;
  const operations: Operation[] = [];
  let begun = 0;
  let instant = 0;
  async function caller(): Promise<void> {
    let known: number | undefined;
    while (begun < count) {
      begun += 1;
      const call = randomCall(options, known);
      const calledAt = ++instant;
      const answer = await answerOf(options.kubernetes, call);
      operations.push({ ...call, calledAt, answeredAt: ++instant, answer });
      if ("revision" in answer) known = answer.revision;
      if (options.random.fraction() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  await Promise.all(Array.from({ length: callers }, caller));
  return operations;
}

type Call = Pick<Operation, "verb" | "key" | "expected">;

const VERBS: readonly Operation["verb"][] = ["create", "update", "update", "update", "delete", "get", "get"];

function randomCall({ random, keys }: RandomCallersOptions, known: number | undefined): Call {
  const verb = VERBS[Math.floor(random.fraction() * VERBS.length)] ?? "get";
  const key = `k${Math.floor(random.fraction() * keys)}`;
  const names = known !== undefined && (verb === "update" || verb === "delete") && random.fraction() < 0.3;
  return names ? { verb, key, expected: known } : { verb, key };
}

async function answerOf(kubernetes: EmbeddedKubernetes, call: Call): Promise<Operation["answer"]> {
  try {
    const { object } = await carriedOut(kubernetes, call);
    return { revision: Number(object.metadata.resourceVersion) };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { reason: error.reason };
  }
}

let written = 0;

function carriedOut({ api, registry }: EmbeddedKubernetes, call: Call): Promise<Pick<WriteResult, "object">> {
  const { verb, key, expected } = call;
  const { group, version, plural } = CONFIG_MAPS;
  const resource = registry.find(group, version, plural);
  if (!resource) throw new Error("Cannot call: config maps are not served");
  const collection: Target = { resource, namespace: "default" };
  const target = { ...collection, name: key };
  const resourceVersion = expected === undefined ? {} : { resourceVersion: String(expected) };
  const data = { value: String(++written) };
  switch (verb) {
    case "create":
      return api.create(collection, { metadata: { name: key }, data }, CALLER);
    case "update": {
      const body: Json = { metadata: resourceVersion, data };
      return api.patch(target, { type: "merge", body }, CALLER);
    }
    case "delete":
      return api.delete(target, { preconditions: resourceVersion }, CALLER);
    case "get":
      return api.get(target);
  }
}
