import {
  CUSTOM_RESOURCE_DEFINITIONS,
  type CustomResourceDefinition,
  type KubeClient,
  SILENT,
} from "@heliostat/kube";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { beforeEach, describe, expect, it } from "vitest";
import { systemClock, systemRandom } from "../system/clock.ts";
import { installCrds } from "./install-crds.ts";

const CLUSTERS = { name: "rayclusters.ray.io" };

describe("installCrds()", () => {
  let client: KubeClient;
  beforeEach(async () => {
    const kubernetes = embeddedKubernetes({ clock: systemClock, random: systemRandom });
    await kubernetes.start();
    client = kubernetes.client();
  });

  const install = (): Promise<void> =>
    installCrds({ client, clock: systemClock, logger: SILENT, signal: new AbortController().signal });
  const clusters = (): Promise<CustomResourceDefinition> => client.get(CUSTOM_RESOURCE_DEFINITIONS, CLUSTERS);

  it("brings all, and has them served when it returns", async () => {
    await install();
    const { items } = await client.list(CUSTOM_RESOURCE_DEFINITIONS);
    expect(items.map(({ metadata }) => metadata.name)).toEqual([
      "rayclusters.ray.io",
      "raycronjobs.ray.io",
      "rayjobs.ray.io",
      "rayservices.ray.io",
    ]);
    const conditions = items.flatMap(({ status }) => status?.conditions ?? []);
    expect(conditions.filter(({ type, status }) => type === "Established" && status === "True")).toHaveLength(
      4,
    );
  });

  it("changes nothing the second time", async () => {
    await install();
    const { resourceVersion } = await client.list(CUSTOM_RESOURCE_DEFINITIONS);
    await install();
    expect((await client.list(CUSTOM_RESOURCE_DEFINITIONS)).resourceVersion).toBe(resourceVersion);
  });

  it("brings an older one up to date, and keeps what others wrote into its metadata", async () => {
    await install();
    const { spec } = await clusters();
    const body = { metadata: { labels: { owner: "somebody" } }, spec: { names: { shortNames: ["old"] } } };
    await client.patch(CUSTOM_RESOURCE_DEFINITIONS, CLUSTERS, { patch: { type: "merge", body } });
    await install();
    const updated = await clusters();
    expect(updated.spec).toEqual(spec);
    expect(updated.metadata.labels).toMatchObject({ owner: "somebody" });
  });
});
