import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fetchTools } from "../tools/fetch.ts";
import { type HeliostatProcess, startHeliostat } from "./heliostat-process.ts";
import { runProgram } from "./program.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const EXAMPLE = join(ROOT, "examples", "raycluster.yaml");
const WITHIN = { timeout: 60_000, interval: 500 };

/** An operator in a process of its own, and what there is to see of it. */
describe("looking at an operator and its clusters", () => {
  let home: string;
  let kubeconfig: string;
  let kubectlPath: string;
  let kubernetes: HeliostatProcess;
  let operator: HeliostatProcess;

  beforeAll(async () => {
    kubectlPath = fetchTools()["kubectl-1.35"];
    home = mkdtempSync(join(tmpdir(), "heliostat-look-"));
    kubernetes = startHeliostat(["kubernetes", "--json", "--data-dir", join(home, "state")], { HOME: home });
    ({ kubeconfig } = JSON.parse(await kubernetes.firstLine()) as { kubeconfig: string });
    const flags = ["--kubeconfig", kubeconfig, "--metrics-listen", "127.0.0.1:0"];
    operator = startHeliostat(["operator", ...flags], { HOME: home });
    await run(kubectlPath, "apply", "-f", EXAMPLE);
  });
  afterAll(async () => {
    await operator?.end("SIGTERM");
    await kubernetes?.end("SIGTERM");
    rmSync(home, { recursive: true, force: true });
  });

  it("explains down to the pods why a cluster waits", async () => {
    const explain = () => heliostat("explain", "raycluster", "demo", "--kubeconfig", kubeconfig);
    await expect.poll(explain, WITHIN).toContain("! head: 0 of 1 ready");
    const text = await explain();
    expect(text.split("\n")[0]).toMatch(/^RayCluster default\/demo: /);
    expect(text).toContain("! group small: 0 of 2 ready");
    const why = await run(kubectlPath, "get", "raycluster", "demo", "-o", "jsonpath={.status.why}");
    expect(text.split("\n")[0]).toContain(why.slice(0, 20));
  });

  it("plans what an edit would do, and does nothing", async () => {
    const edited = join(home, "edited.yaml");
    writeFileSync(edited, readFileSync(EXAMPLE, "utf8").replace("replicas: 2", "replicas: 1"));
    const before = await run(kubectlPath, "get", "pods", "-o", "name");
    const text = await heliostat("plan", "-f", edited, "--kubeconfig", kubeconfig);
    expect(text).toContain("RayCluster default/demo changes");
    expect(text).toMatch(/- {2}Pod +default\/demo-small-worker-/);
    expect(text).toContain("0 to create, 0 to change, 1 to delete; nothing was written");
    expect(await run(kubectlPath, "get", "pods", "-o", "name")).toBe(before);
  });

  it("serves its metrics and its health", async () => {
    const url = () => /http:\/\/127\.0\.0\.1:\d+/.exec(operator.log())?.[0] ?? "";
    await expect.poll(url, WITHIN).not.toBe("");
    const page = async (path: string) => (await fetch(`${url()}${path}`)).text();
    await expect.poll(() => page("/readyz"), WITHIN).toBe("ok");
    await expect
      .poll(() => page("/metrics"), WITHIN)
      .toMatch(/heliostat_api_writes_total\{resource="pods"\} 3/);
    expect(await page("/metrics")).toMatch(/kuberay_cluster_info\{name="demo",.*owner_kind="None"\} 1/);
  });

  function heliostat(...args: readonly string[]): Promise<string> {
    return run(process.execPath, "--conditions=@heliostat/source", join(ROOT, "bin/heliostat.js"), ...args);
  }

  async function run(program: string, ...args: readonly string[]): Promise<string> {
    const env = { HOME: home, KUBECONFIG: kubeconfig };
    const { code, stdout, stderr } = await runProgram(program, args, { env, input: "" });
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  }
});
