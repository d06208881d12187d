import { runControllers } from "@heliostat/controller";
import { CUSTOM_RESOURCE_DEFINITIONS, EVENTS } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { RAY_CLUSTERS, RAY_JOBS, type RayJob, rayCrds } from "@heliostat/ray";
import { expect, it } from "vitest";
import { unreconciledKinds, unreconciledNote } from "./unreconciled-kinds.ts";

it("tells whoever makes a RayJob, on the object, that nothing will run it", async () => {
  const clock = new HandClock();
  const random = new SeededRandom();
  const kubernetes = embeddedKubernetes({ clock, random });
  await kubernetes.start();
  const client = kubernetes.client();
  for (const definition of rayCrds()) await client.create(CUSTOM_RESOURCE_DEFINITIONS, definition);
  const abort = new AbortController();
  const running = runControllers(unreconciledKinds(), { client, clock, random, signal: abort.signal });
  const metadata = { namespace: "default", name: "j" };
  await client.create(RAY_JOBS, { apiVersion: "ray.io/v1", kind: "RayJob", metadata, spec: {} } as RayJob);
  await clock.turn(10_000);
  const { items } = await client.list(EVENTS);
  expect(items).toEqual([
    expect.objectContaining({ type: "Warning", note: expect.stringContaining("nothing runs a RayJob") }),
  ]);
  abort.abort();
  await running.stopped;
  await kubernetes.close();
});

it("has nothing to say about a RayCluster", () => {
  expect(unreconciledNote(RAY_CLUSTERS as never)).toBeUndefined();
});
