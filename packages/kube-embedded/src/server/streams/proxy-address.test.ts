import { describe, expect, it } from "vitest";
import { seenFromOutside } from "./proxy-address.ts";

describe("seenFromOutside()", () => {
  const place = { root: "/api/v1/namespaces/default/pods/p:80/proxy", host: "10.244.0.2:80" };

  it.each([
    ["/login?x=1", `${place.root}/login?x=1`],
    ["http://10.244.0.2:80/login", `${place.root}/login`],
    [`${place.root}/login`, `${place.root}/login`],
    ["login", "login"],
    ["//example.com/x", "//example.com/x"],
    ["http://example.com/x", "http://example.com/x"],
    ["http://10.244.0.2:8000/x", "http://10.244.0.2:8000/x"],
  ])("%s is %s", (location, seen) => {
    expect(seenFromOutside(location, place)).toBe(seen);
  });
});
