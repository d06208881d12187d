import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aRayCluster } from "../testing/index.ts";
import { headPod } from "./head-pod.ts";
import { logicalResourceParams, withContainerResources } from "./resource-params.ts";

const memory = fc.record({
  digits: fc.integer({ min: 1, max: 9999 }),
  unit: fc.constantFrom(["", 1], ["k", 1e3], ["Mi", 2 ** 20], ["G", 1e9], ["Gi", 2 ** 30]),
});

describe("withContainerResources()", () => {
  it("rounds CPUs up to whole ones, from milli or from decimals", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (milli) => {
        const wanted = String(Math.ceil(milli / 1000));
        for (const cpu of [`${milli}m`, (milli / 1000).toFixed(3)]) {
          expect(withContainerResources({}, { limits: { cpu } })).toEqual({ "num-cpus": wanted });
        }
      }),
    );
  });

  it("writes memory in bytes, whatever its unit", () => {
    fc.assert(
      fc.property(memory, ({ digits, unit: [suffix, bytes] }) => {
        const params = withContainerResources({}, { limits: { memory: `${digits}${suffix}` } });
        expect(params).toEqual({ memory: String(digits * Number(bytes)) });
      }),
    );
  });

  it("leaves every parameter of the user's as it is", () => {
    const params = { "num-cpus": "0", memory: "1", "num-gpus": "0", resources: '{"TPU": 1}' };
    const limits = { cpu: "8", memory: "8Gi", "nvidia.com/gpu": "8", "google.com/tpu": "8" };
    expect(withContainerResources(params, { limits })).toEqual(params);
  });

  it("adds no accelerator beside resources that are no JSON", () => {
    const params = { resources: "{oops" };
    expect(withContainerResources(params, { limits: { "google.com/tpu": "8" } })).toEqual(params);
  });

  it("takes the first GPU and the first accelerator by name", () => {
    const limits = { "nvidia.com/mig-1g.5gb": "3", "amd.com/gpu": "2", "google.com/tpu": "4" };
    expect(withContainerResources({}, { limits })).toEqual({ "num-gpus": "2", resources: `'{"TPU":4}'` });
  });
});

describe("logicalResourceParams()", () => {
  it("knows CPU, memory and GPU in any case and keeps all else as JSON in the order of names", () => {
    const resources = { Cpu: "1500m", MEMORY: "1Gi", gpu: "2", zeta: "1", Alpha: "0.25", broken: "x" };
    expect(logicalResourceParams(resources)).toEqual({
      "num-cpus": "2",
      memory: "1073741824",
      "num-gpus": "2",
      resources: `'{"Alpha":0.25,"zeta":1}'`,
    });
  });
});

describe("startCommand()", () => {
  const param = fc.tuple(
    fc.stringMatching(/^[a-z]{3,8}-[a-z]{3,8}$/),
    fc.constantFrom("1", "x", "true", "False", "$HOME"),
  );

  it("gives each parameter once, in order, switches without a value", () => {
    fc.assert(
      fc.property(fc.array(param, { maxLength: 8 }), (params) => {
        const rayStartParams = Object.fromEntries(params);
        const flags = flagsOf(rayStartParams);
        const names = flags.map(nameOf);
        expect(names).toEqual([...new Set(names)].sort());
        for (const [name, value] of Object.entries(rayStartParams)) {
          expect(flags.filter((flag) => nameOf(flag) === `--${name}`)).toEqual(expectedFlags(name, value));
        }
      }),
    );
  });

  it("says clearly that a template without containers is our bug, since validation refuses it", () => {
    const cluster = aRayCluster({ head: { template: { spec: { containers: [] } } } });
    expect(() => headPod(cluster, { name: "p" })).toThrow("its template has no container");
  });
});

function flagsOf(rayStartParams: Readonly<Record<string, string>>): readonly string[] {
  const pod = headPod(aRayCluster({ head: { rayStartParams } }), { name: "p" });
  const [line = ""] = pod.spec?.containers[0]?.args ?? [];
  return (line.match(/--\S+/g) ?? []).slice(1);
}

function nameOf(flag: string): string | undefined {
  return flag.split("=")[0];
}

function expectedFlags(name: string, value: string): readonly string[] {
  if (value === "False") return [];
  return value === "true" ? [`--${name}`] : [`--${name}=${value}`];
}
