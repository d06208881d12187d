import { describe, expect, it } from "vitest";
import { containerEnvironment } from "./container-environment.ts";

const CIDR = { serviceCidr: "10.96.0.0/12" };

describe("containerEnvironment()", () => {
  it("puts the stand-ins last on PATH", () => {
    expect(containerEnvironment({ PATH: "/venv/bin:/bin" }, { ...CIDR, hasProxy: false })).toEqual({
      PATH: "/venv/bin:/bin:/run/heliostat/bin",
    });
    expect(containerEnvironment({}, { ...CIDR, hasProxy: false })["PATH"]).toMatch(/^\/usr\/local.*:\/bin:/);
  });

  it("names the proxy in both cases and exempts everything inside the cluster", () => {
    const env = containerEnvironment({}, { ...CIDR, hasProxy: true });
    for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]) {
      expect(env[name]).toBe("http://10.244.0.1:3128");
    }
    expect(env["NO_PROXY"]).toBe(env["no_proxy"]);
    expect(env["no_proxy"]?.split(",")).toEqual(
      expect.arrayContaining(["localhost", "10.244.0.0/16", "10.96.0.0/12", ".svc", ".cluster.local"]),
    );
  });

  it("leaves what the container sets itself", () => {
    const own = { http_proxy: "http://mine:1", NO_PROXY: "" };
    expect(containerEnvironment(own, { ...CIDR, hasProxy: true })).toMatchObject(own);
  });
});
