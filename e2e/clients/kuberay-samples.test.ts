import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { Heliostat } from "../ray/heliostat.ts";
import { fetchTools } from "../tools/fetch.ts";
import { kuberaySamplesFolder } from "../tools/kuberay-samples.ts";
import { clientProgram } from "./client-program.ts";
import { SAMPLES, type Sample, SKIPPED_SAMPLES } from "./kuberay-sample-table.ts";

const FOLDER = kuberaySamplesFolder() ?? "";
const isFull = process.env["HELIOSTAT_SUITE"] === "full";
const obstacle = FOLDER ? undefined : "KubeRay's samples are not at hand";

describe.skipIf(obstacle !== undefined)(`KubeRay's RayCluster samples, unmodified ${obstacle ?? ""}`, () => {
  let home: string;
  let heliostat: Heliostat;
  let kubectlPath: string;

  beforeAll(async () => {
    kubectlPath = fetchTools()["kubectl-1.35"];
    home = mkdtempSync(join(tmpdir(), "heliostat-samples-"));
    const nothing = join(home, "nothing.yaml");
    writeFileSync(nothing, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: nothing}\n");
    heliostat = new Heliostat(["--simulate", "--durability", "memory", "-f", nothing]);
    await heliostat.until(({ event }) => event === "applied");
  });
  afterAll(async () => {
    await heliostat?.cleanUp();
    rmSync(home, { recursive: true, force: true });
  });

  it.each(isFull ? SAMPLES : SAMPLES.slice(0, 3))("$file", async (sample) => {
    const file = join(FOLDER, sample.file);
    const cluster = rayClusterOf(file);
    try {
      if (sample.before) await kubectl(sample.before);
      await kubectl(`apply -f ${file}`);
      await expectAllOf(sample, cluster);
    } finally {
      // First alone: what cleans up Redis may need the other objects.
      await kubectl(`delete raycluster ${cluster} --timeout=60s`);
      await kubectl(`delete -f ${file} --ignore-not-found --timeout=60s`);
      await kubectl(`wait --for=delete pod -l ray.io/cluster=${cluster} --timeout=60s`);
      if (sample.after) await kubectl(sample.after);
    }
  });

  it("leaves none of KubeRay's RayCluster samples out without a reason", () => {
    const all = readdirSync(FOLDER).filter((name) => /^ray-cluster/.test(name));
    const known = [...SAMPLES.map(({ file }) => file), ...Object.keys(SKIPPED_SAMPLES)];
    expect(known.sort()).toEqual(all.sort());
  });

  async function expectAllOf(sample: Sample, cluster: string): Promise<void> {
    await kubectl(`wait raycluster/${cluster} --for=jsonpath={.status.state}=ready --timeout=60s`);
    expect(await podsOf(cluster)).toEqual({ head: 1, worker: sample.workers });
    await expectConditions(cluster);
    for (const object of objectsOf(sample, cluster)) await kubectl(`get ${object} -o name`);
    const description = await kubectl(`describe raycluster ${cluster}`);
    for (const reason of reasonsOf(sample)) expect(description).toContain(reason);
  }

  function kubectl(args: string): Promise<string> {
    return clientProgram(kubectlPath, { home, kubeconfigPath: heliostat.kubeconfig }).output(args);
  }

  async function podsOf(cluster: string): Promise<Readonly<Record<string, number>>> {
    const path = "{.items[*].metadata.labels.ray\\.io/node-type}";
    const types = (await kubectl(`get pods -l ray.io/cluster=${cluster} -o jsonpath=${path}`)).split(" ");
    const count = (type: string) => types.filter((each) => each === type).length;
    return { head: count("head"), worker: count("worker") };
  }

  async function expectConditions(cluster: string): Promise<void> {
    const condition = (type: string) =>
      kubectl(`get raycluster ${cluster} -o jsonpath={.status.conditions[?(@.type=="${type}")].reason}`);
    expect(await condition("HeadPodReady")).toBe("HeadPodRunningAndReady");
    expect(await condition("RayClusterProvisioned")).toBe("AllPodRunningAndReadyFirstTime");
  }
});

function rayClusterOf(file: string): string {
  const documents = parseAllDocuments(readFileSync(file, "utf8"));
  const objects = "empty" in documents ? [] : documents.map((each) => each.toJS() as Identified | null);
  const name = objects.find((object) => object?.kind === "RayCluster")?.metadata.name;
  if (name === undefined) throw new Error(`There is no RayCluster in ${file}`);
  return name;
}

interface Identified {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

function objectsOf({ objects = [] }: Sample, cluster: string): readonly string[] {
  const headService = objects.some((each) => each.startsWith("service/")) ? [] : ["service/{}-head-svc"];
  return [...headService, ...objects].map((each) => each.replace("{}", cluster));
}

function reasonsOf({ workers, reasons = [] }: Sample): readonly string[] {
  return ["CreatedService", "CreatedHeadPod", ...(workers > 0 ? ["CreatedWorkerPod"] : []), ...reasons];
}
