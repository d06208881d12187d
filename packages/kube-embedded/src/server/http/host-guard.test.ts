import { describe, expect, it } from "vitest";
import { API_HOSTS, refuseForeignHost } from "./host-guard.ts";

const hosts = new Set(API_HOSTS);

describe("refuseForeignHost()", () => {
  it.each([
    "127.0.0.1:6443",
    "localhost:6443",
    "LOCALHOST",
    "[::1]:6443",
    "127.0.0.7",
    "kubernetes.default:443",
  ])("lets %s through", (host) => {
    expect(() => refuseForeignHost({ host }, hosts)).not.toThrow();
    expect(() => refuseForeignHost({ ":authority": host }, hosts)).not.toThrow();
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "127.evil.example:6443", ""])(
    "refuses the name %j",
    (host) => {
      expect(() => refuseForeignHost({ host }, hosts)).toThrow("is not a name of this server");
    },
  );

  it("refuses web origins other than its own", () => {
    const host = "127.0.0.1:6443";
    expect(() => refuseForeignHost({ host, origin: "https://127.0.0.1:6443" }, hosts)).not.toThrow();
    expect(() => refuseForeignHost({ host, origin: "https://evil.example" }, hosts)).toThrow("web origin");
    expect(() => refuseForeignHost({ host, origin: "null" }, hosts)).toThrow("web origin");
  });
});
