import { describe, expect, it } from "vitest";
import { eventTarget, kubeVerb, rayTarget, targetPath } from "./kube-request.ts";

describe("rayTarget()", () => {
  it.each([
    "/apis/ray.io/v1/rayclusters",
    "/apis/ray.io/v1/namespaces/n/rayjobs",
    "/apis/ray.io/v1/namespaces/n/rayservices/s",
    "/apis/ray.io/v1/namespaces/n/raycronjobs/c/status",
    "/apis/ray.io/v1/namespaces/a%20b/rayclusters/%C3%A9",
  ])("%s is a target, and leads to itself", (path) => {
    expect(targetPath(rayTarget(path))).toBe(path);
  });

  it.each([
    "/apis/ray.io/v1/",
    "/apis/ray.io/v1/pods",
    "/apis/ray.io/v1/watch/rayclusters",
    "/apis/ray.io/v1/rayclusters/c",
    "/apis/ray.io/v1/namespaces/n",
    "/apis/ray.io/v1/namespaces//rayclusters",
    "/apis/ray.io/v1/namespaces/n/rayclusters/",
    "/apis/ray.io/v1/namespaces/n/rayclusters/c/scale",
    "/apis/ray.io/v1/namespaces/n/rayclusters/c/status/x",
    "/apis/ray.io/v1/namespaces/n/rayclusters/..",
    "/apis/ray.io/v1/namespaces/%2e%2e/rayclusters",
    "/apis/ray.io/v1/namespaces/n/rayclusters/a%2Fstatus",
  ])("%s is none, lest a server behind read it otherwise", (path) => {
    expect(() => rayTarget(path)).toThrow("the server could not find the requested resource");
  });

  it("refuses a bad percent-escape", () => {
    expect(() => rayTarget("/apis/ray.io/v1/namespaces/%zz/rayclusters")).toThrow("bad percent-escape");
  });
});

it.each(["", ".", "..", "a/b"])("no namespace of events is called %j", (namespace) => {
  expect(() => eventTarget(namespace)).toThrow("the server could not find the requested resource");
});

it.each([
  ["watch=true", "watch"],
  ["watch=1", "watch"],
  ["watch", "watch"],
  ["watch=false", "list"],
  ["watch=0", "list"],
  ["", "list"],
])("a list with ?%s is a %s", (query, verb) => {
  const target = rayTarget("/apis/ray.io/v1/rayclusters");
  expect(kubeVerb("GET", target, new URLSearchParams(query))).toBe(verb);
});
