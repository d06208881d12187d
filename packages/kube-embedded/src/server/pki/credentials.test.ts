import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@heliostat/kube";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCredentials } from "./credentials.ts";
import { DER } from "./der.ts";

const HOSTS = ["127.0.0.1", "localhost"];
const DAY_MS = 86_400_000;
let folder: string;
let nowMs = Date.UTC(2026, 0, 1);
const clock: Clock = {
  now: () => nowMs,
  after: () => {
    throw new Error("nothing here waits");
  },
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-pki-"));
  nowMs = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("loadCredentials()", () => {
  it("makes a server certificate for every host, signed by its own authority", () => {
    const { caCertificatePem, server } = loadCredentials(folder, HOSTS, clock);
    const certificate = new X509Certificate(server.certificatePem);
    expect(certificate.verify(new X509Certificate(caCertificatePem).publicKey)).toBe(true);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkHost("evil.example")).toBeUndefined();
  });

  it("names the administrator and his group in the client certificate", () => {
    const { admin } = loadCredentials(folder, HOSTS, clock);
    expect(new X509Certificate(admin.certificatePem).subject).toBe("O=system:masters\nCN=heliostat-admin");
  });

  it("gives the same credentials at the next start", () => {
    expect(loadCredentials(folder, HOSTS, clock)).toEqual(loadCredentials(folder, HOSTS, clock));
  });

  it("keeps everything to the owner", () => {
    loadCredentials(folder, HOSTS, clock);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it("renews what is about to expire and keeps the authority", () => {
    const first = loadCredentials(folder, HOSTS, clock);
    nowMs += 340 * DAY_MS;
    const second = loadCredentials(folder, HOSTS, clock);
    expect(second.caCertificatePem).toBe(first.caCertificatePem);
    expect(second.server.certificatePem).not.toBe(first.server.certificatePem);
    expect(second.adminToken).toBe(first.adminToken);
  });

  it("makes anew what a new authority has not signed, and what lacks a host", () => {
    const first = loadCredentials(folder, HOSTS, clock);
    const withHost = loadCredentials(folder, [...HOSTS, "kubernetes"], clock);
    expect(withHost.server).not.toEqual(first.server);
    expect(withHost.admin).toEqual(first.admin);
    rmSync(join(folder, "ca.key"));
    expect(loadCredentials(folder, HOSTS, clock).admin).not.toEqual(first.admin);
  });

  it("says how to get rid of a file that it cannot read", () => {
    loadCredentials(folder, HOSTS, clock);
    writeFileSync(join(folder, "server.crt"), "garbage");
    expect(() => loadCredentials(folder, HOSTS, clock)).toThrow("remove the folder to have new ones made");
    expect(readFileSync(join(folder, "server.crt"), "utf8")).toBe("garbage");
  });
});

describe("DER", () => {
  it("encodes the known answers of X.690", () => {
    expect(DER.objectId("1.2.840.113549").toString("hex")).toBe("06062a864886f70d");
    expect(DER.integer(Buffer.of(0x80)).toString("hex")).toBe("02020080");
    expect(DER.time(Date.UTC(2049, 11, 31)).toString()).toContain("491231000000Z");
    expect(DER.time(Date.UTC(2050, 0, 1)).toString()).toContain("20500101000000Z");
    expect(DER.octets(Buffer.alloc(200)).subarray(0, 3).toString("hex")).toBe("0481c8");
    expect(DER.octets(Buffer.alloc(300)).subarray(0, 4).toString("hex")).toBe("0482012c");
  });
});
