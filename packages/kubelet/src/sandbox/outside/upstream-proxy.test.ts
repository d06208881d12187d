import { describe, expect, it } from "vitest";
import { upstreamFor } from "./upstream-proxy.ts";

const UPSTREAM = {
  httpProxy: "proxy.corp:8080",
  httpsProxy: "http://me:secret@proxy.corp:3128",
  noProxy: "localhost, .corp.example,10.1.2.3",
};

describe("upstreamFor()", () => {
  it("chooses by scheme and understands an address without one", () => {
    expect(upstreamFor(UPSTREAM, { scheme: "http", host: "pypi.org" })?.href).toBe("http://proxy.corp:8080/");
    expect(upstreamFor(UPSTREAM, { scheme: "https", host: "pypi.org" })?.port).toBe("3128");
  });

  it("goes directly where there is no proxy, or where no_proxy says so", () => {
    expect(upstreamFor(undefined, { scheme: "https", host: "pypi.org" })).toBeUndefined();
    for (const host of ["localhost", "corp.example", "git.CORP.example", "10.1.2.3"]) {
      expect(upstreamFor(UPSTREAM, { scheme: "https", host })).toBeUndefined();
    }
    expect(upstreamFor({ ...UPSTREAM, noProxy: "*" }, { scheme: "https", host: "x.y" })).toBeUndefined();
    expect(upstreamFor(UPSTREAM, { scheme: "https", host: "notcorp.example" })).toBeDefined();
  });
});
