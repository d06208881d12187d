import { aRayCluster } from "@heliostat/ray/testing";
import { describe, expect, it } from "vitest";
import { deletionAgeMs } from "./cleanup-deadline.ts";

const ASKED_MS = Date.parse("2026-01-01T00:00:00Z");
const cluster = aRayCluster({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });

describe("deletionAgeMs()", () => {
  it("is what our clock says as long as nothing better is known", () => {
    expect(deletionAgeMs(cluster, {}, ASKED_MS + 7000)).toBe(7000);
    expect(deletionAgeMs(aRayCluster(), {}, ASKED_MS)).toBe(0);
  });

  it("is no more than the API's clock says, once it has been asked", () => {
    expect(deletionAgeMs(cluster, { clockAheadMs: 600_000 }, ASKED_MS + 607_000)).toBe(7000);
  });

  it("is no less than we have seen pass, however late our clock is", () => {
    const seenAtMs = ASKED_MS - 600_000;
    expect(deletionAgeMs(cluster, { deletionSeenAtMs: seenAtMs }, seenAtMs + 7000)).toBe(7000);
  });
});
