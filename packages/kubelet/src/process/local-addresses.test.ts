import { describe, expect, it } from "vitest";
import { serviceNamesIn, withLocalAddresses } from "./local-addresses.ts";

describe("withLocalAddresses()", () => {
  const find = (host: string, port: number) =>
    host === "head.ns.svc" && port === 6379 ? "127.0.0.1:20000" : undefined;

  it("puts the loopback in place of an address that is known, wherever it stands", () => {
    expect(withLocalAddresses("ray health-check --address head.ns.svc:6379 > x", find)).toBe(
      "ray health-check --address 127.0.0.1:20000 > x",
    );
    expect(withLocalAddresses("--address=head.ns.svc:6379, http://head.ns.svc:6379/x", find)).toBe(
      "--address=127.0.0.1:20000, http://127.0.0.1:20000/x",
    );
  });

  it("leaves other hosts, other ports and longer names alone", () => {
    for (const text of ["head.ns.svc:63790", "my-head.ns.svc:6379", "head.ns.svc:80", "a:b", "12:30"])
      expect(withLocalAddresses(text, find)).toBe(text);
  });
});

describe("serviceNamesIn()", () => {
  it("finds the names that only a cluster can know, each once", () => {
    const texts = [
      "--address=a.b.svc.cluster.local:6379",
      "a.b.svc.cluster.local:8265 c.d.svc:80",
      "pypi.org:443",
    ];
    expect(serviceNamesIn(texts)).toEqual(["a.b.svc.cluster.local", "c.d.svc"]);
  });
});
