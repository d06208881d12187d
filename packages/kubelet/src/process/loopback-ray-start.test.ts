import { describe, expect, it } from "vitest";
import { loopbackRayStart, RAY_PORT_NAMES, type RayPorts, withShell } from "./loopback-ray-start.ts";

const ports = Object.fromEntries(RAY_PORT_NAMES.map((name, index) => [name, 20_000 + index])) as RayPorts;
const target = { ports, tempDir: "/tmp/hs-a/1/ray" };

const NODE_FLAGS =
  "--dashboard-agent-listen-port=20003 --metrics-export-port=20004 --node-manager-port=20005 --object-manager-port=20006 --dashboard-agent-grpc-port=20007 --runtime-env-agent-port=20008";
const ANY_FLAGS =
  "--min-worker-port=0 --max-worker-port=0 --temp-dir=/tmp/hs-a/1/ray --object-store-memory=268435456";

describe("loopbackRayStart()", () => {
  it("gives KubeRay's head its own ports and keeps its dashboard at home", () => {
    const { line, ports: published } = loopbackRayStart(
      `ulimit -n \${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start --head  --block  --dashboard-agent-listen-port=52365  --dashboard-host=0.0.0.0  --metrics-export-port=8080  --num-cpus=4  --resources='{"TPU":4,"a":2}' `,
      target,
    );
    expect(line.replaceAll(/ +/g, " ")).toBe(
      `ulimit -n \${RAY_START_ULIMIT_OPEN_FILES:-65536}; ray start --head --block --num-cpus=4 --resources='{"TPU":4,"a":2}' --port=20000 --dashboard-port=20001 --ray-client-server-port=20002 ${NODE_FLAGS} --dashboard-host=127.0.0.1 ${ANY_FLAGS} `,
    );
    expect([...published]).toEqual([
      [6379, 20_000],
      [8265, 20_001],
      [10_001, 20_002],
      [52_365, 20_003],
      [8080, 20_004],
    ]);
  });

  it("gives KubeRay's worker no ports of a head, and leaves the head's address to others", () => {
    const { line, ports: published } = loopbackRayStart(
      'ray start  --address=c-head-svc.ns.svc.cluster.local:6379  --block  --dashboard-agent-listen-port=52365  --metrics-export-port=8080  --resources={"TPU": 1} ',
      target,
    );
    expect(line.replaceAll(/ +/g, " ")).toBe(
      `ray start --address=c-head-svc.ns.svc.cluster.local:6379 --block --resources={"TPU": 1} ${NODE_FLAGS} ${ANY_FLAGS} `,
    );
    expect([...published]).toEqual([
      [52_365, 20_003],
      [8080, 20_004],
    ]);
  });

  it("publishes the ports that the line names, in either way of naming them", () => {
    const { ports: published } = loopbackRayStart(
      'ray start --head --port 6380 --dashboard-port="8266"',
      target,
    );
    expect(published.get(6380)).toBe(20_000);
    expect(published.get(8266)).toBe(20_001);
    expect(published.has(6379)).toBe(false);
  });

  it("touches nothing after the end of the command, and not what quotes hide", () => {
    const { line } = loopbackRayStart("ray start --head --labels='a;b' && echo --port=1 | tee f", target);
    expect(line).toMatch(/^ray start --head --labels='a;b' --port=20000 .* && echo --port=1 \| tee f$/);
  });

  it("keeps what the user says of memory and goes past no path to another ray", () => {
    const { line } = loopbackRayStart("/opt/bin/ray start --object-store-memory=100000000", target);
    expect(line).toMatch(/^ray start --object-store-memory=100000000 /);
    expect(line.match(/--object-store-memory/g)).toHaveLength(1);
  });

  it("leaves lines without a ray start as they are", () => {
    for (const line of ["ray stop", "ray health-check --address a:6379", "array start --port=1", "sleep 1"])
      expect(loopbackRayStart(line, target)).toEqual({ line, ports: new Map() });
  });
});

describe("withShell()", () => {
  it("makes a bare ray start a line of shell, with its words kept whole", () => {
    expect(withShell(["ray", "start", "--head", '--resources={"a": 1}'])).toEqual([
      "/bin/bash",
      "-c",
      `exec ray start --head '--resources={"a": 1}'`,
    ]);
    expect(withShell(["ray", "status"])).toEqual(["ray", "status"]);
  });
});
