import { describe, expect, it } from "vitest";
import { resourceRoute } from "./route.ts";

describe("resourceRoute()", () => {
  it.each([
    ["/api/v1/pods", { group: "", version: "v1", plural: "pods" }],
    ["/api/v1/namespaces", { group: "", version: "v1", plural: "namespaces" }],
    ["/api/v1/namespaces/a", { group: "", version: "v1", plural: "namespaces", name: "a" }],
    ["/api/v1/namespaces/a/pods", { group: "", version: "v1", plural: "pods", namespace: "a" }],
    ["/api/v1/namespaces/a/pods/p", { group: "", version: "v1", plural: "pods", namespace: "a", name: "p" }],
    [
      "/api/v1/namespaces/a/pods/p/log",
      { group: "", version: "v1", plural: "pods", namespace: "a", name: "p", subresource: "log" },
    ],
    [
      "/apis/ray.io/v1/namespaces/a/rayclusters/r/status",
      {
        group: "ray.io",
        version: "v1",
        plural: "rayclusters",
        namespace: "a",
        name: "r",
        subresource: "status",
      },
    ],
    [
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
      { group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterroles", name: "system:node" },
    ],
  ])("reads %s", (path, expected) => {
    expect(resourceRoute(path)).toEqual({ ...expected, rest: "", isWatchPath: false });
  });

  it("takes status and finalize for subresources of a namespace", () => {
    for (const subresource of ["status", "finalize"]) {
      expect(resourceRoute(`/api/v1/namespaces/a/${subresource}`)).toMatchObject({
        plural: "namespaces",
        name: "a",
        subresource,
      });
    }
  });

  it("keeps what follows a subresource as it was written", () => {
    expect(resourceRoute("/api/v1/namespaces/a/services/s:80/proxy/x%20y/?")).toMatchObject({
      name: "s:80",
      subresource: "proxy",
      rest: "/x%20y/?",
    });
    expect(resourceRoute("/api/v1/namespaces/a/services/s/proxy/")).toMatchObject({ rest: "/" });
  });

  it("knows the old watch prefix", () => {
    expect(resourceRoute("/api/v1/watch/namespaces/a/pods")).toMatchObject({
      plural: "pods",
      namespace: "a",
      isWatchPath: true,
    });
  });

  it.each(["/", "/api", "/api/v1", "/api/v1/", "/apis", "/apis/apps", "/apis/apps/v1", "/version", "/x/y/z"])(
    "finds no resource in %s",
    (path) => {
      expect(resourceRoute(path)).toBeUndefined();
    },
  );

  it.each([
    ["/api/v1/namespaces/a/pods/%2e%2e", "Name parameter invalid: \"..\": may not be '..'"],
    ["/api/v1/namespaces/./pods", "may not be '.'"],
    ["/api/v1/namespaces/a%2Fb/pods", "may not contain '/'"],
    ["/api/v1/namespaces/a/pods/..%2f..%2fb", "may not contain '/'"],
    ["/api/v1/namespaces/a/pods/%252e", "may not contain '%'"],
    ["/api/v1/namespaces/a/pods/x%00", "may not contain"],
    ["/apis/%2e%2e/v1/pods", "may not be '..'"],
  ])("takes no name that reads as a path: %s", (path, message) => {
    expect(() => resourceRoute(path)).toThrow(message);
  });

  it("refuses what is not percent-encoded text", () => {
    expect(() => resourceRoute("/api/v1/pods/%zz")).toThrow('Cannot read the path: "%zz"');
  });
});
