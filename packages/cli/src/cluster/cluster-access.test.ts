import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { systemClock } from "../system/clock.ts";
import { UserError } from "../user-error.ts";
import { clusterAccess } from "./cluster-access.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "heliostat-home-"));
  mkdirSync(join(home, ".kube"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("clusterAccess()", () => {
  it("takes the flag, else KUBECONFIG, else ~/.kube/config", () => {
    kubeconfig(".kube/config", "https://home");
    kubeconfig("variable", "https://variable");
    kubeconfig("flag", "https://flag");
    const env = { HOME: home };
    expect(serverOf({}, env)).toBe("https://home");
    const withVariable = { ...env, KUBECONFIG: `${join(home, "absent")}:${join(home, "variable")}` };
    expect(serverOf({}, withVariable)).toBe("https://variable");
    expect(serverOf({ kubeconfig: join(home, "flag") }, withVariable)).toBe("https://flag");
  });

  it("takes the pod's service account before the home of whoever built its image", () => {
    kubeconfig(".kube/config", "https://home");
    const env = { HOME: home, KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
    expect(() => serverOf({}, env)).toThrow("Cannot use the pod's service account");
  });

  it("says what is wrong as something that the person can mend", () => {
    expect(() => serverOf({}, { HOME: home })).toThrow(UserError);
    expect(() => serverOf({}, { HOME: home })).toThrow("Cannot find a kubeconfig");
  });
});

function serverOf(choice: { readonly kubeconfig?: string }, env: Record<string, string>): string {
  return clusterAccess(choice, readConfig(env), systemClock).server;
}

function kubeconfig(name: string, server: string): void {
  const text = `{current-context: x, contexts: [{name: x, context: {cluster: x}}], clusters: [{name: x, cluster: {server: "${server}"}}]}`;
  writeFileSync(join(home, name), text);
}
