import { expect, test } from "vitest";
import { originForm } from "./request-path.ts";

test.each([
  ["/apis/v1/clusters?limit=1", "/apis/v1/clusters?limit=1"],
  ["http://host:8888/apis/v1/clusters?limit=1", "/apis/v1/clusters?limit=1"],
  ["HTTPS://[::1]:8888/a//b", "/a//b"],
  ["http://host", "/"],
  ["http://host?x=/", "/?x=/"],
  ["*", "*"],
  ["/http://host/a", "/http://host/a"],
])("the target %j is the path %j", (url, path) => {
  expect(originForm(url)).toBe(path);
});
