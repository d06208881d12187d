import { clone, create, equals } from "@bufbuild/protobuf";
import { type ClusterSpec, ClusterSpecSchema, EnvironmentVariablesSchema } from "@heliostat/proto";
import fc from "fast-check";
import { describe, it } from "vitest";
import { aTemplate } from "../testing/api-world.ts";
import { CLUSTER_SPEC_PARTS } from "../testing/cluster-specs.ts";
import { rayClusterSpec } from "./clusters/cluster-spec.ts";
import { clusterSpecMessage } from "./clusters/cluster-spec-message.ts";

const TEMPLATES = new Map([["t", { message: aTemplate(), extras: {} }]]);

describe("a cluster's spec", () => {
  it("comes back from its RayCluster as it went, but for what v1 fills in", () => {
    fc.assert(
      fc.property(CLUSTER_SPEC_PARTS, (parts) => {
        const message = create(ClusterSpecSchema, parts as never);
        const told = clusterSpecMessage(
          rayClusterSpec(message, { templates: TEMPLATES, version: "v1", rayVersion: "2.53.0" }),
        );
        if (!equals(ClusterSpecSchema, told, echoed(message)))
          throw new Error(`${JSON.stringify(told)} is not ${JSON.stringify(echoed(message))}`);
      }),
      { numRuns: 300 },
    );
  });
});

/** What the echo rules promise: the environment is always there, and a minimum of 0 is the number of replicas. */
function echoed(message: ClusterSpec): ClusterSpec {
  const told = clone(ClusterSpecSchema, message);
  if (told.headGroupSpec) told.headGroupSpec.environment ??= create(EnvironmentVariablesSchema);
  for (const worker of told.workerGroupSpec) {
    worker.environment ??= create(EnvironmentVariablesSchema);
    worker.minReplicas ||= worker.replicas;
  }
  return told;
}
