import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PERSISTENT_VOLUMES } from "@heliostat/kube";
import { afterEach, describe, expect, it } from "vitest";
import { emptyCluster, type OpenCluster } from "../cluster/open-cluster.ts";
import { removeLostVolumes } from "./volume-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "hs-volumes-"));
let cluster: OpenCluster | undefined;
afterEach(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("removeLostVolumes()", () => {
  it("keeps the files of volumes that are there, and no others", async () => {
    cluster = await emptyCluster([]);
    await cluster.client.create(PERSISTENT_VOLUMES, {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "pvc-1" },
      spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/x" } },
    });
    for (const name of ["pvc-1", "pvc-2"]) mkdirSync(join(folder, name), { recursive: true });
    await removeLostVolumes(cluster.client, folder);
    expect(readdirSync(folder)).toEqual(["pvc-1"]);
    await removeLostVolumes(cluster.client, join(folder, "nowhere"));
  });
});
