import type { Container } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { aContainer } from "../testing/fixtures.ts";
import { ScriptedRuntime } from "../testing/scripted-runtime.ts";
import { attemptProbe, type Handler } from "./probe-attempt.ts";
import type { ProbeOutcome } from "./probe-tally.ts";

const CONTAINER: Container = aContainer({ ports: [{ name: "serve", containerPort: 8000 }] });

let clock: HandClock;
let runtime: ScriptedRuntime;

beforeEach(() => {
  clock = new HandClock();
  runtime = new ScriptedRuntime(clock);
});

async function attempt(handler: Handler): Promise<ProbeOutcome> {
  const sandbox = await runtime.createSandbox({ name: "p", namespace: "n", uid: "u", hostname: "h" });
  const running = await sandbox.startContainer({
    ...{ name: "main", image: "i", restartCount: 0, command: [], env: {}, workingDir: "/", mounts: [] },
    ...{ isTty: false, keepsStdin: false },
  });
  const outcome = attemptProbe(handler, { container: CONTAINER, sandbox, running, clock }, 2000);
  await clock.turn(2000);
  return outcome;
}

describe("attemptProbe()", () => {
  it("speaks TLS where it is to", async () => {
    runtime.listeners.set(8443, () => "HTTP/1.1 200 OK\r\n\r\n");
    const https = { port: 8443, scheme: "HTTPS" };
    expect(await attempt({ httpGet: https })).toMatchObject({ result: "success" });
    expect(runtime.sandboxes[0]?.secured).toEqual([8443]);
    expect(await attempt({ httpGet: { ...https, port: 1 } })).toEqual({
      result: "failure",
      message: 'Get "https://10.244.0.3:1/": dial tcp 10.244.0.3:1: connect: connection refused',
    });
  });

  it.each([
    [90, "", "success", ""],
    [90, "slow", "failure", 'service unhealthy (responded with "NOT_SERVING")'],
    [
      91,
      "",
      "failure",
      'timeout: failed to connect service "10.244.0.2:91": connection error: dial tcp 10.244.0.2:91: connect: connection refused',
    ],
  ])(
    "asks the gRPC server on port %i for the health of %j: %s",
    async (port, service, ...[result, message]) => {
      runtime.health.set("90 ", "SERVING").set("90 slow", "NOT_SERVING");
      expect(await attempt({ grpc: { port, service } })).toEqual({ result, message });
    },
  );

  it.each([
    [200, "success", ""],
    [302, "success", ""],
    [404, "failure", "HTTP probe failed with statuscode: 404"],
    [503, "failure", "HTTP probe failed with statuscode: 503"],
  ])("judges HTTP %i as %s", async (code, result, message) => {
    runtime.listeners.set(8000, () => `HTTP/1.1 ${code} Whatever\r\nContent-Length: 0\r\n\r\n`);
    expect(await attempt({ httpGet: { path: "/health", port: "serve" } })).toEqual({ result, message });
  });

  it("says in Go's words that nothing listens", async () => {
    expect(await attempt({ httpGet: { path: "/x", port: 9 } })).toEqual({
      result: "failure",
      message: 'Get "http://10.244.0.2:9/x": dial tcp 10.244.0.2:9: connect: connection refused',
    });
    expect(await attempt({ tcpSocket: { port: 9 } })).toEqual({
      result: "failure",
      message: "dial tcp 10.244.0.3:9: connect: connection refused",
    });
  });

  it("gives up on a server that does not answer", async () => {
    runtime.listeners.set(8000, () => undefined);
    expect(await attempt({ httpGet: { path: "/x", port: 8000 } })).toEqual({
      result: "failure",
      message:
        'Get "http://10.244.0.2:8000/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    });
  });

  it("does not take just any answer for HTTP", async () => {
    runtime.listeners.set(8000, () => "SSH-2.0\r\n");
    const { result, message } = await attempt({ httpGet: { port: 8000 } });
    expect(result).toBe("failure");
    expect(message).toContain("malformed HTTP response");
  });

  it("is content when a socket opens", async () => {
    runtime.listeners.set(8000, () => undefined);
    expect((await attempt({ tcpSocket: { port: "serve" } })).result).toBe("success");
  });

  it("judges a command by its exit code, and quotes what it printed", async () => {
    runtime.command = () => ({ exitCode: 1, stdout: "not yet" });
    expect(await attempt({ exec: { command: ["check"] } })).toEqual({
      result: "failure",
      message: "not yet",
    });
    runtime.command = () => ({ exitCode: 0 });
    expect((await attempt({ exec: { command: ["check"] } })).result).toBe("success");
  });

  it("gives up on a command that does not end", async () => {
    runtime.command = () => undefined;
    expect(await attempt({ exec: { command: ["sleep", "9"] } })).toEqual({
      result: "failure",
      message: 'command timed out: "sleep 9" timed out after 2s',
    });
  });

  it.each<[string, Handler]>([
    [`couldn't find port: "gone"`, { httpGet: { port: "gone" } }],
    ["missing probe handler", {}],
  ])("learns nothing where %s", async (message, handler) => {
    expect(await attempt(handler)).toEqual({ result: "error", message });
  });
});
