import { isDns1035Label, isLabelValue } from "@heliostat/kube";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLabel, checkName, checkRouteName, podPrefix } from "./bounded-names.ts";

const dnsLabel = fc.stringMatching(/^[a-z]([-a-z0-9]{0,60}[a-z0-9])?$/);

describe("checkName()", () => {
  it.each([
    ["demo", "demo"],
    [`${"x".repeat(10)}${"y".repeat(50)}`, "y".repeat(50)],
    ["1st", "rst"],
    [`x-${"y".repeat(49)}`, `r${"y".repeat(49)}`],
  ])("keeps the end of %j and begins with a letter", (name, checked) => {
    expect(checkName(name)).toBe(checked);
  });

  it("answers a valid name of at most 50 characters for every valid name", () => {
    fc.assert(
      fc.property(dnsLabel, (name) => {
        expect(checkName(name).length).toBeLessThanOrEqual(50);
        expect(isDns1035Label(checkName(name))).toBe(true);
      }),
    );
  });
});

describe("checkRouteName()", () => {
  it("keeps the beginning, as far as the namespace leaves room", () => {
    expect(checkRouteName("demo-head-route", "default")).toBe("demo-head-route");
    expect(checkRouteName("x".repeat(60), "default")).toBe("x".repeat(44));
    expect(checkRouteName(`${"x".repeat(43)}-head-route`, "default")).toBe("x".repeat(43));
  });

  it("answers a valid name for every cluster in every namespace", () => {
    fc.assert(
      fc.property(dnsLabel, dnsLabel, (name, namespace) => {
        expect(isDns1035Label(checkRouteName(`${name}-head-route`, namespace))).toBe(true);
      }),
    );
  });
});

describe("checkLabel()", () => {
  it("keeps the last 63 characters, and a leading digit", () => {
    expect(checkLabel(`${"a".repeat(70)}-head`)).toBe(`${"a".repeat(58)}-head`);
    expect(checkLabel("1-head")).toBe("1-head");
    expect(checkLabel(`a-${"b".repeat(62)}`)).toBe(`r${"b".repeat(62)}`);
  });

  it("answers a valid label value for every name with a node type behind it", () => {
    fc.assert(
      fc.property(dnsLabel, (name) => {
        expect(isLabelValue(checkLabel(`${name}-worker`))).toBe(true);
      }),
    );
  });
});

describe("podPrefix()", () => {
  it("keeps the first 50 characters, in lower case", () => {
    expect(podPrefix(`Demo-${"g".repeat(60)}`)).toBe(`demo-${"g".repeat(45)}`);
  });

  it("replaces what no host name may hold", () => {
    expect(podPrefix("demo-GPU_pool.v2")).toBe("demo-gpu-pool-v2");
  });
});
