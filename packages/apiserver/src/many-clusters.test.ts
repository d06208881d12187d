import { RAY_CLUSTERS } from "@heliostat/ray";
import { afterAll, beforeAll, expect, test } from "vitest";
import { A_CLUSTER_SPEC } from "./testing/api-world.ts";
import { type ServedWorld, servedWorld } from "./testing/served-world.ts";

const CLUSTERS = 2_000;
const IN_FLIGHT = 32;
const PATH = "/apis/v1/namespaces/default/clusters";
let served: ServedWorld;

beforeAll(async () => {
  served = await servedWorld();
  const template = { name: "t", namespace: "default", cpu: 1, memory: 1 };
  await served.fetch("/apis/v1/namespaces/default/compute_templates", {
    method: "POST",
    body: JSON.stringify(template),
  });
});

afterAll(() => served.stop());

test("of two thousand clusters that are created side by side none is lost, none is doubled, none fails", {
  timeout: 120_000,
}, async () => {
  const names = Array.from({ length: CLUSTERS }, (_, index) => `c-${index}`);
  const failures: string[] = [];
  const queue = names.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (const name of queue) {
        const answer = await served.fetch(PATH, { method: "POST", body: JSON.stringify(clusterNamed(name)) });
        const { name: told } = (await answer.json()) as { readonly name?: string };
        if (answer.status !== 200 || told !== name) failures.push(`${name}: ${answer.status}`);
      }
    }),
  );
  expect(failures).toEqual([]);

  const { items } = await served.world.client.list(RAY_CLUSTERS, { namespace: "default" });
  expect(items.map(({ metadata }) => metadata.name).toSorted()).toEqual(names.toSorted());
  expect(await pagedNames()).toEqual(names.toSorted());
  const repeated = await served.fetch(PATH, { method: "POST", body: JSON.stringify(clusterNamed("c-0")) });
  expect(repeated.status).toBe(409);
});

/** The names of all pages, in the order of the list. */
async function pagedNames(): Promise<readonly string[]> {
  const names: string[] = [];
  let token = "";
  do {
    const answer = await served.fetch(`${PATH}?limit=300&continue=${encodeURIComponent(token)}`);
    const page = (await answer.json()) as Page;
    names.push(...page.clusters.map(({ name }) => name));
    token = page.continue ?? "";
  } while (token !== "");
  return names;
}

interface Page {
  readonly clusters: readonly { readonly name: string }[];
  readonly continue?: string;
}

function clusterNamed(name: string): object {
  return { name, namespace: "default", user: "u", version: "2.52.0", clusterSpec: A_CLUSTER_SPEC };
}
