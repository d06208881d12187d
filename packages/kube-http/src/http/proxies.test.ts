import { describe, expect, it } from "vitest";
import { proxyFor } from "./proxies.ts";

const PROXIES = { httpProxy: "plain:3128", httpsProxy: "https://secure:3129" };

describe("proxyFor()", () => {
  it("takes the proxy for the protocol", () => {
    expect(proxyFor(new URL("https://api.example.com"), PROXIES)).toBe("https://secure:3129");
    expect(proxyFor(new URL("http://api.example.com"), PROXIES)).toBe("http://plain:3128");
    expect(proxyFor(new URL("https://api.example.com"), {})).toBeUndefined();
  });

  it.each(["https://localhost:6443", "https://127.0.0.1:6443", "https://[::1]:6443"])(
    "never for %s",
    (url) => {
      expect(proxyFor(new URL(url), PROXIES)).toBeUndefined();
    },
  );

  it.each([
    ["*", "https://a.example.com", true],
    ["example.com", "https://a.example.com", true],
    ["example.com", "https://badexample.com", false],
    [".example.com", "https://a.example.com", true],
    ["*.example.com", "https://A.Example.com", true],
    ["example.com:6443", "https://example.com", false],
    ["example.com:443", "https://example.com", true],
    ["other, 10.0.0.0/8", "https://10.20.30.40", true],
    ["10.0.0.0/8", "https://11.0.0.1", false],
    ["10.0.0.0/8", "https://ten.example.com", false],
    ["10.0.0.1", "https://10.0.0.1:6443", true],
    ["", "https://a.example.com", false],
  ])("with noProxy %j reaches %s directly: %s", (noProxy, url, isDirect) => {
    expect(proxyFor(new URL(url), { ...PROXIES, noProxy }) === undefined).toBe(isDirect);
  });
});
