import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster } from "../testing/index.ts";
import { gcsClaim, needsGcsClaim } from "./gcs-claim.ts";
import { needsRedisCleanup, redisCleanupJob, redisCleanupTimeoutSeconds } from "./redis-cleanup-job.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => [
  ...(needsRedisCleanup(cluster) ? [redisCleanupJob(cluster)] : []),
  ...(needsGcsClaim(cluster) ? [gcsClaim(cluster)] : []),
]);

describe("needsRedisCleanup()", () => {
  it("holds for Redis, by options and by annotation, and for nothing else", () => {
    const legacy = aRayCluster({ metadata: { annotations: { "ray.io/ft-enabled": "TRUE" } } });
    expect(needsRedisCleanup(legacy)).toBe(true);
    expect(needsRedisCleanup(aRayCluster({ gcsFaultToleranceOptions: {} }))).toBe(true);
    expect(needsRedisCleanup(aRayCluster({ gcsFaultToleranceOptions: { backend: "rocksdb" } }))).toBe(false);
    expect(needsRedisCleanup(aRayCluster())).toBe(false);
  });
});

describe("needsGcsClaim()", () => {
  it("does not hold where the user has one", () => {
    const storage = { claimName: "mine" };
    expect(needsGcsClaim(aRayCluster({ gcsFaultToleranceOptions: { backend: "rocksdb", storage } }))).toBe(
      false,
    );
  });
});

describe("redisCleanupTimeoutSeconds()", () => {
  it.each([
    [undefined, 300],
    ["10", 10],
    ["0", 300],
    ["-5", 300],
    ["soon", 300],
  ])("reads %j as %i", (text, seconds) => {
    const annotations = text === undefined ? {} : { "ray.io/gcs-ft-deletion-timeout": text };
    expect(redisCleanupTimeoutSeconds(aRayCluster({ metadata: { annotations } }))).toBe(seconds);
  });
});
