import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SILENT } from "@heliostat/kube";
import { HandClock } from "@heliostat/kube/testing";
import { loadServerIdentity } from "@heliostat/kube-embedded";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOOK_MS } from "../system/followed-files.ts";
import { serverCertificate } from "./server-certificate.ts";

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

let folder: string;
let one: Pair;
let other: Pair;
const clock = new HandClock();
const following = { clock, logger: SILENT, signal: new AbortController().signal };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
  one = issued("one");
  other = issued("other");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a certificate is followed by the one that replaces it, and never by a pair that does not fit", async () => {
  const choice = written(one);
  const source = serverCertificate(choice, following);
  written({ certificate: other.certificate, key: one.key });
  await clock.turn(3 * LOOK_MS);
  expect(source?.current).toEqual(one);
  written(other);
  await clock.turn(3 * LOOK_MS);
  expect(source?.current).toEqual(other);
});

test.each<[string, () => Pair, RegExp]>([
  ["no certificate", () => ({ ...one, certificate: "x" }), /tls\.crt holds no certificate$/],
  ["half a certificate", () => ({ ...one, certificate: one.certificate.slice(0, 200) }), /tls\.crt holds no/],
  ["half a chain", () => ({ ...one, certificate: `${one.certificate}${half()}` }), /tls\.crt holds a chain/],
  ["half a key", () => ({ ...one, key: one.key.slice(0, 60) }), /tls\.key holds no private key/],
  [
    "another key",
    () => ({ ...one, key: other.key }),
    /tls\.key holds no key of the certificate in .*tls\.crt/,
  ],
])("%s is refused by the name of its file", (_what, pair, message) => {
  const choice = written(pair());
  expect(() => serverCertificate(choice, following)).toThrow(message);
});

test("a certificate without its key is refused, and neither means that nothing is hidden", () => {
  const { tlsCert } = written(one);
  expect(() => serverCertificate({ tlsCert }, following)).toThrow("go together");
  expect(serverCertificate({}, following)).toBeUndefined();
});

function half(): string {
  return other.certificate.slice(0, 300);
}

function issued(name: string): Pair {
  const { server } = loadServerIdentity(join(folder, name), clock).credentials;
  return { certificate: server.certificatePem, key: server.keyPem };
}

function written({ certificate, key }: Pair): { readonly tlsCert: string; readonly tlsKey: string } {
  const [tlsCert, tlsKey] = [join(folder, "tls.crt"), join(folder, "tls.key")];
  writeFileSync(tlsCert, certificate);
  writeFileSync(tlsKey, key);
  return { tlsCert, tlsKey };
}
