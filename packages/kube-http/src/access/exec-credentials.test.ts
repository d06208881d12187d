import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timestamp } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ExecCredentials } from "./exec-credentials.ts";
import type { ExecPlugin } from "./exec-plugin.ts";

const V1 = "client.authentication.k8s.io/v1";
let folder: string;
let clock: HandClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-exec-"));
  clock = new HandClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("ExecCredentials", () => {
  it("keeps what the plugin gave until it expires", async () => {
    const credentials = printing({ token: "t", expirationTimestamp: timestamp(clock.now() + 60_000) });
    expect(await credentials.current()).toMatchObject({ authorization: "Bearer t" });
    await clock.turn(59_000);
    await credentials.current();
    expect(runs()).toBe(1);
    await clock.turn(1000);
    await credentials.current();
    expect(runs()).toBe(2);
  });

  it("runs the plugin once for all who ask together, and once for all whom the server refused", async () => {
    const credentials = printing({ token: "t" });
    const [refused] = await Promise.all([
      credentials.current(),
      credentials.current(),
      credentials.current(),
    ]);
    expect(runs()).toBe(1);
    const renewed = { status: { token: "new" } };
    writePlugin(`echo '${JSON.stringify({ apiVersion: V1, kind: "ExecCredential", ...renewed })}'`);
    const both = await Promise.all([credentials.renewed(refused ?? {}), credentials.renewed(refused ?? {})]);
    expect(both.map(({ authorization }) => authorization)).toEqual(["Bearer new", "Bearer new"]);
    await credentials.renewed(refused ?? {});
    expect(runs()).toBe(2);
  });

  it("takes client certificates", async () => {
    const credentials = printing({ clientCertificateData: "CRT", clientKeyData: "KEY" });
    expect(await credentials.current()).toEqual({ certificate: { certificatePem: "CRT", keyPem: "KEY" } });
  });

  it("hands the plugin its arguments, its environment, and what it is to know of the cluster", async () => {
    const credential = { apiVersion: V1, kind: "ExecCredential", status: { token: "t" } };
    writePlugin(
      `echo "$1 $OUTER $INNER $KUBERNETES_EXEC_INFO" >${folder}/seen; echo '${JSON.stringify(credential)}'`,
    );
    const more = { args: ["arg"], env: { INNER: "in" }, cluster: { server: "https://x" } };
    await new ExecCredentials(plugin(more), {
      clock,
      environment: { ...ENVIRONMENT, OUTER: "out" },
    }).current();
    const [arg, outer, inner, info] = readFileSync(join(folder, "seen"), "utf8").trim().split(" ");
    expect([arg, outer, inner]).toEqual(["arg", "out", "in"]);
    expect(JSON.parse(info ?? "")).toEqual({
      apiVersion: V1,
      kind: "ExecCredential",
      spec: { interactive: false, cluster: { server: "https://x" } },
    });
  });

  it.each([
    ["echo no entry >&2; exit 3", "Unavailable", "it ended with code 3: no entry"],
    ["echo secret", "Unauthorized", "what it printed is not JSON"],
    ["echo '{}'", "Unauthorized", "want an ExecCredential of"],
    ["echo 'null'", "Unauthorized", "want an ExecCredential of"],
    [print({}), "Unauthorized", "neither a token nor a certificate"],
    [print({ clientKeyData: "KEY" }), "Unauthorized", "together"],
    [print({ token: "t", expirationTimestamp: "soon" }), "Unauthorized", '"soon" is no time'],
  ])("refuses a plugin that does %j", async (script, reason, message) => {
    writePlugin(script);
    const failing = new ExecCredentials(plugin(), { clock, environment: ENVIRONMENT }).current();
    await expect(failing).rejects.toMatchObject({ reason, message: expect.stringContaining(message) });
    await expect(failing).rejects.not.toThrow("secret");
  });

  it("gives the hint of the kubeconfig when the plugin is not installed", async () => {
    const absent = { ...plugin(), command: "no-such-plugin", installHint: "Install it with x" };
    await expect(
      new ExecCredentials(absent, { clock, environment: ENVIRONMENT }).current(),
    ).rejects.toMatchObject({ reason: "Unavailable", message: expect.stringContaining("Install it with x") });
  });
});

const ENVIRONMENT = { PATH: "/usr/bin:/bin" };

function print(status: object): string {
  return `echo '${JSON.stringify({ apiVersion: V1, kind: "ExecCredential", status })}'`;
}

function printing(status: object): ExecCredentials {
  writePlugin(print(status));
  return new ExecCredentials(plugin(), { clock, environment: ENVIRONMENT });
}

function plugin(more: Partial<ExecPlugin> = {}): ExecPlugin {
  return { apiVersion: V1, command: join(folder, "plugin"), args: [], env: {}, ...more };
}

function writePlugin(script: string): void {
  const path = join(folder, "plugin");
  writeFileSync(path, `#!/bin/sh\necho run >>${folder}/runs\n${script}\n`);
  chmodSync(path, 0o755);
}

function runs(): number {
  return readFileSync(join(folder, "runs"), "utf8").trim().split("\n").length;
}
