import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HandClock } from "@heliostat/kube/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inClusterAccess } from "./in-cluster.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-account-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("inClusterAccess()", () => {
  it("reads the service account, and again after a minute", async () => {
    const clock = new HandClock();
    write({ namespace: "team\n", token: "one", "ca.crt": "CA 1" });
    const access = inClusterAccess({ clock, host: "10.96.0.1", port: "443", folder });
    expect(access).toMatchObject({ server: "https://10.96.0.1:443", namespace: "team" });
    expect(await access.credentials.current()).toEqual({ authorization: "Bearer one" });
    expect(await access.trust.authority?.text()).toBe("CA 1");
    write({ token: "two", "ca.crt": "CA 2" });
    await clock.turn(60_000);
    expect(await access.credentials.current()).toEqual({ authorization: "Bearer two" });
    expect(await access.trust.authority?.text()).toBe("CA 2");
  });

  it("puts addresses of version 6 into brackets", () => {
    write({ namespace: "team" });
    const access = inClusterAccess({ clock: new HandClock(), host: "fd00::1", port: "443", folder });
    expect(access.server).toBe("https://[fd00::1]:443");
  });

  it("says where it has looked when nothing is mounted", () => {
    const options = { clock: new HandClock(), host: "x", port: "443", folder: join(folder, "absent") };
    expect(() => inClusterAccess(options)).toThrow(`nothing is mounted at "${options.folder}"`);
  });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
