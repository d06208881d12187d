import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { HandClock } from "@heliostat/kube/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { loadKubeconfig } from "./load-kubeconfig.ts";

let folder: string;
let clock: HandClock;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-kubeconfig-"));
  clock = new HandClock();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("loadKubeconfig()", () => {
  it("follows the current context to its cluster, its user and its namespace", async () => {
    const access = load(config({ user: { token: "secret" } }));
    expect(access).toMatchObject({ server: "https://10.0.0.1:6443", namespace: "team" });
    expect(await access.credentials.current()).toEqual({ authorization: "Bearer secret" });
  });

  it("takes another context that is asked for, and names all when there is none of that name", () => {
    const text = config({ "current-context": "" });
    expect(load(text, { context: "main" }).namespace).toBe("team");
    expect(() => load(text, { context: "mian" })).toThrow('Cannot use context "mian": there is "main"');
    expect(() => load(text)).toThrow("no current-context is set");
  });

  it("merges files: the first that says something wins, and absent ones do not matter", () => {
    const first = file("a/config", { "current-context": "mine", contexts: [context("mine", "theirs")] });
    const second = file("b/config", {
      "current-context": "other",
      contexts: [context("mine", "wrong")],
      clusters: [{ name: "theirs", cluster: { server: "https://theirs" } }],
    });
    const access = loadKubeconfig({ paths: [first, join(folder, "absent"), second], clock, environment: {} });
    expect(access.server).toBe("https://theirs");
    expect(() => loadKubeconfig({ paths: [join(folder, "absent")], clock, environment: {} })).toThrow(
      /Cannot find a kubeconfig: there is no ".*absent"/,
    );
  });

  it("looks for files beside the kubeconfig that names them", async () => {
    write("sub/pki/ca.crt", "CA");
    write("sub/pki/client.crt", "CRT");
    write("sub/pki/client.key", "KEY");
    const path = file(
      "sub/config",
      config({
        cluster: { "certificate-authority": "pki/ca.crt" },
        user: { "client-certificate": "./pki/client.crt", "client-key": join(folder, "sub/pki/client.key") },
      }),
    );
    const { trust, credentials } = loadKubeconfig({ paths: [path], clock, environment: {} });
    expect(await trust.authority?.text()).toBe("CA");
    expect(await credentials.current()).toEqual({ certificate: { certificatePem: "CRT", keyPem: "KEY" } });
  });

  it("prefers data to files", async () => {
    const data = (text: string): string => Buffer.from(text).toString("base64");
    const access = load(
      config({
        cluster: { "certificate-authority": "absent", "certificate-authority-data": data("CA") },
        user: {
          "client-certificate": "absent",
          "client-certificate-data": data("CRT"),
          "client-key": "absent",
          "client-key-data": data("KEY"),
        },
      }),
    );
    expect(await access.trust.authority?.text()).toBe("CA");
    expect(await access.credentials.current()).toEqual({
      certificate: { certificatePem: "CRT", keyPem: "KEY" },
    });
  });

  it("reads a token file again after a minute, at once when the token is refused, and lives with its loss", async () => {
    write("token", "one\n");
    const { credentials } = load(config({ user: { tokenFile: "token", token: "ignored" } }));
    const one = { authorization: "Bearer one" };
    expect(await credentials.current()).toEqual(one);
    write("token", "two");
    await clock.turn(59_000);
    expect(await credentials.current()).toEqual(one);
    expect(await credentials.renewed(one)).toEqual({ authorization: "Bearer two" });
    write("token", "three");
    await clock.turn(60_000);
    expect(await credentials.current()).toEqual({ authorization: "Bearer three" });
    rmSync(join(folder, "token"));
    await clock.turn(60_000);
    expect(await credentials.current()).toEqual({ authorization: "Bearer three" });
  });

  it("says that a token file is missing when the first call needs it", async () => {
    const { credentials } = load(config({ user: { tokenFile: "absent" } }));
    await expect(credentials.current()).rejects.toMatchObject({ name: "KubeError", reason: "Unauthorized" });
  });

  it("knows names and passwords, proxies, other server names, and who is impersonated", async () => {
    const access = load(
      config({
        cluster: {
          "proxy-url": "http://proxy:3128",
          "tls-server-name": "kubernetes",
          server: "10.0.0.1:6443/k8s/",
        },
        user: {
          username: "me",
          password: "pass:word",
          as: "you",
          "as-uid": "7",
          "as-groups": ["g1", "g2"],
          "as-user-extra": { scope: ["a"] },
        },
      }),
    );
    expect(access).toMatchObject({
      server: "https://10.0.0.1:6443/k8s",
      proxyUrl: "http://proxy:3128",
      trust: { serverName: "kubernetes", isUnverified: false },
      impersonation: { user: "you", uid: "7", groups: ["g1", "g2"], extra: { scope: ["a"] } },
    });
    expect(await access.credentials.current()).toEqual({
      authorization: `Basic ${Buffer.from("me:pass:word").toString("base64")}`,
    });
  });

  it("lets whoever has no user come as nobody, and believes any server when told to", async () => {
    const access = load({
      ...config({ cluster: { "insecure-skip-tls-verify": true } }),
      contexts: [{ name: "main", context: { cluster: "main" } }],
    });
    expect(access).toMatchObject({ namespace: "default", trust: { isUnverified: true } });
    expect(await access.credentials.current()).toEqual({});
  });

  it.each<[string, object, string]>([
    ["no server", { cluster: { server: "" } }, 'Cannot use cluster "main": it has no server'],
    ["a strange server", { cluster: { server: "ftp://x" } }, 'its server "ftp://x" is no http or https URL'],
    [
      "an authority that is not asked",
      { cluster: { "certificate-authority": "ca", "insecure-skip-tls-verify": true } },
      "of which one must go",
    ],
    ["a certificate without a key", { user: { "client-certificate": "crt" } }, "no client key"],
    ["a key without a certificate", { user: { "client-key": "key" } }, "no client certificate"],
    ["two ways to log in", { user: { token: "t", username: "u" } }, "it has a token and a username"],
    ["groups of nobody", { user: { "as-groups": ["g"] } }, "need as"],
    ["an old auth provider", { user: { "auth-provider": { name: "gcp" } } }, 'auth-provider "gcp" is gone'],
    ["a plugin without a command", { user: { exec: { apiVersion: V1 } } }, "exec.command is missing"],
    ["an old plugin", { user: { exec: exec({ apiVersion: `${GROUP}/v1alpha1` }) } }, "exec.apiVersion is"],
    ["a plugin that asks", { user: { exec: exec({ interactiveMode: "Always" }) } }, "there is nobody to ask"],
    ["a plugin that does not say", { user: { exec: exec({ interactiveMode: undefined }) } }, "is missing"],
    ["a plugin with a strange mode", { user: { exec: exec({ interactiveMode: "Maybe" }) } }, '"Maybe", want'],
  ])("refuses %s", (_what, parts, message) => {
    expect(() => load(config(parts))).toThrow(message);
  });

  it.each([
    ["a: [", /Cannot read ".*config": .+ at line 1/],
    ["[]", "it is not a kubeconfig"],
    ["kind: Pod", 'want kind "Config", got "Pod"'],
    ["clusters: {}", "clusters is not a list"],
    ["users: [{user: {}}]", "users[0].name is missing"],
    ["contexts: [{name: a, context: b}]", "contexts[0].context is no map"],
    ["current-context: a\ncontexts: [{name: a, context: {}}]", 'Cannot use context "a": it names no cluster'],
    ["current-context: a\ncontexts: [{name: a, context: {cluster: b}}]", 'there is no cluster "b"'],
    ["", "no current-context is set (there are no contexts)"],
  ])("says where %j is wrong", (text, message) => {
    write("config", text);
    const paths = [join(folder, "config")];
    expect(() => loadKubeconfig({ paths, clock, environment: {} })).toThrow(message);
  });
});

const GROUP = "client.authentication.k8s.io";
const V1 = `${GROUP}/v1`;

function exec(more: object): object {
  return { apiVersion: V1, command: "plugin", interactiveMode: "Never", ...more };
}

function load(content: object, options: { readonly context?: string } = {}): ClusterAccess {
  return loadKubeconfig({ paths: [file("config", content)], clock, environment: {}, ...options });
}

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly "current-context"?: string;
}

function config(parts: Parts): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": parts["current-context"] ?? "main",
    clusters: [{ name: "main", cluster: { server: "https://10.0.0.1:6443", ...parts.cluster } }],
    users: [{ name: "me", user: parts.user ?? {} }],
    contexts: [{ name: "main", context: { cluster: "main", user: "me", namespace: "team" } }],
  };
}

function context(name: string, cluster: string): object {
  return { name, context: { cluster } };
}

function file(name: string, content: object): string {
  write(name, stringify(content));
  return join(folder, name);
}

function write(name: string, text: string): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
