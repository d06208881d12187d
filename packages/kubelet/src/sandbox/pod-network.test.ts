import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPodIp, MOST_PODS, NODE_IP, podIp } from "./pod-network.ts";

describe("podIp()", () => {
  it("begins beyond the node's own block", () => {
    expect(podIp(0)).toBe("10.244.1.0");
    expect(podIp(255)).toBe("10.244.1.255");
    expect(podIp(256)).toBe("10.244.2.0");
  });

  it("gives every number up to the last its own valid address, none of them the node's", () => {
    const serial = fc.integer({ min: 0, max: MOST_PODS - 1 });
    fc.assert(
      fc.property(serial, serial, (a, b) => {
        expect(podIp(a) === podIp(b)).toBe(a === b);
        expect(isPodIp(podIp(a))).toBe(true);
        expect([NODE_IP, "10.244.255.255"]).not.toContain(podIp(a));
      }),
    );
  });

  it("goes round", () => {
    expect(podIp(MOST_PODS)).toBe(podIp(0));
  });
});
