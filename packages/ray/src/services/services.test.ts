import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RayCluster } from "../raycluster/types.ts";
import { describeGolden } from "../testing/golden.ts";
import { aRayCluster, aRayContainer } from "../testing/index.ts";
import { SpecError } from "../validation/spec-error.ts";
import { headService } from "./head-service.ts";
import { headlessWorkerService, needsHeadlessWorkerService } from "./headless-worker-service.ts";
import { serveService, wantsServeService } from "./serve-service.ts";

describeGolden(join(import.meta.dirname, "testdata"), (cluster: RayCluster) => [
  headService(cluster),
  ...(needsHeadlessWorkerService(cluster) ? [headlessWorkerService(cluster)] : []),
  ...(wantsServeService(cluster) ? [serveService(cluster)] : []),
]);

describe("serveService()", () => {
  it("is refused where the head lists ports and none is for Serve", () => {
    const containers = [aRayContainer({ ports: [{ name: "client", containerPort: 10001 }] })];
    const cluster = aRayCluster({ head: { template: { spec: { containers } } } });
    expect(() => serveService(cluster)).toThrow(SpecError);
  });
});
