import { join } from "node:path";
import {
  CONFIG_MAPS,
  type Deployment,
  isKubeError,
  type KubeObject,
  NAMESPACES,
  namespaced,
  type Resource,
  SECRETS,
} from "@heliostat/kube";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type ClientProgram, clientProgram } from "./client-program.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const CHART = join(import.meta.dirname, "chart");
const DEPLOYMENTS = namespaced<Deployment>("apps/v1", "Deployment", "deployments");
const CRUMBS = namespaced("example.com/v1", "Crumb", "crumbs");

/** Helm 4 applies on the server unless it is told not to; what it then sends is helm 3's. */
describe.each([
  ["helm-3.17", ""],
  ["helm-4.1", " --server-side=false"],
  ["helm-4.1", " --server-side=true"],
] as const)("%s%s", (version, flag) => {
  let cluster: Cluster;
  let helm: ClientProgram;

  beforeAll(async () => {
    cluster = await startCluster();
    helm = clientProgram(fetchTools()[version], cluster);
  });
  afterAll(() => cluster?.remove());

  const stored = <T extends KubeObject>(resource: Resource<T>, name: string): Promise<T> =>
    cluster.client.get(resource, { name, namespace: "team" });

  const releases = async () => {
    const { items } = await cluster.client.list(SECRETS, { namespace: "team", labelSelector: "owner=helm" });
    return items.map(({ metadata: { name, labels = {} } }) => `${name} ${labels["status"]}`).sort();
  };

  it("installs a chart with its own kinds into a namespace that it creates", async () => {
    const printed = await helm.output(`install tiny ${CHART} -n team --create-namespace${flag}`);
    expect(printed).toContain("STATUS: deployed");
    expect(await cluster.client.get(NAMESPACES, { name: "team" })).toMatchObject({
      status: { phase: "Active" },
    });
    expect(await stored(CONFIG_MAPS, "tiny-settings")).toMatchObject({
      metadata: {
        labels: { "app.kubernetes.io/managed-by": "Helm" },
        annotations: { "meta.helm.sh/release-name": "tiny" },
      },
      data: { greeting: "hello" },
    });
    expect((await stored(DEPLOYMENTS, "tiny-web")).spec?.replicas).toBe(1);
    expect(await stored(CRUMBS, "tiny-crumb")).toMatchObject({ spec: { size: 1 } });
    expect(await releases()).toEqual(["sh.helm.release.v1.tiny.v1 deployed"]);
  });

  it("shows the release, and refuses to install it twice", async () => {
    expect(JSON.parse(await helm.output("list -n team -o json"))).toMatchObject([
      { name: "tiny", revision: "1", status: "deployed", chart: "tiny-1.0.0" },
    ]);
    expect(await helm.output("get manifest tiny -n team")).toContain("kind: Crumb");
    expect(await helm.run(`install tiny ${CHART} -n team${flag}`)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot re-?use a name/),
    });
  });

  it("upgrades: changes what changed, and nothing else", async () => {
    const before = await stored(CONFIG_MAPS, "tiny-settings");
    await helm.output(`upgrade tiny ${CHART} -n team --set replicas=0${flag}`);
    expect((await stored(DEPLOYMENTS, "tiny-web")).spec?.replicas).toBe(0);
    expect(await stored(CRUMBS, "tiny-crumb")).toMatchObject({ spec: { size: 0 } });
    expect((await stored(CONFIG_MAPS, "tiny-settings")).metadata.resourceVersion).toBe(
      before.metadata.resourceVersion,
    );
    expect(await releases()).toEqual([
      "sh.helm.release.v1.tiny.v1 superseded",
      "sh.helm.release.v1.tiny.v2 deployed",
    ]);
  });

  it("keeps what others have changed beside it", async () => {
    const patch = { type: "merge", body: { data: { other: "kept" } } } as const;
    await cluster.client.patch(CONFIG_MAPS, { name: "tiny-settings", namespace: "team" }, { patch });
    await helm.output(`upgrade tiny ${CHART} -n team --set greeting=bye${flag}`);
    expect(await stored(CONFIG_MAPS, "tiny-settings")).toMatchObject({
      data: { greeting: "bye", other: "kept" },
    });
  });

  it("rolls back to a revision", async () => {
    await helm.output(`rollback tiny 1 -n team${flag}`);
    expect((await stored(DEPLOYMENTS, "tiny-web")).spec?.replicas).toBe(1);
    expect(await stored(CONFIG_MAPS, "tiny-settings")).toMatchObject({ data: { greeting: "hello" } });
    expect(JSON.parse(await helm.output("history tiny -n team -o json"))).toHaveLength(4);
  });

  it("uninstalls all but the kinds, and waits until it is gone", async () => {
    await helm.output("uninstall tiny -n team --wait --timeout=60s");
    expect(await releases()).toEqual([]);
    for (const gone of [stored(CONFIG_MAPS, "tiny-settings"), stored(CRUMBS, "tiny-crumb")]) {
      await expect(gone).rejects.toSatisfy((error) => isKubeError(error, "NotFound"));
    }
  });
});
