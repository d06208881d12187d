import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { ClusterSchema, ComputeTemplateSchema, RayJobSchema, RayServiceSchema } from "@heliostat/proto";
import type { RayCluster, RayJob, RayService } from "@heliostat/ray";
import { describeGolden } from "@heliostat/ray/testing";
import type { ApiVersion } from "../handlers.ts";
import { clusterMessage } from "./clusters/cluster-message.ts";
import { rayClusterObject } from "./clusters/ray-cluster.ts";
import type { CreationFacts } from "./creation-facts.ts";
import { jobMessage } from "./jobs/job-message.ts";
import { rayJobObject } from "./jobs/ray-job.ts";
import { rayServiceObject } from "./services/ray-service.ts";
import { serviceMessage } from "./services/service-message.ts";
import type { Template } from "./templates/template.ts";

interface Case {
  readonly kind: "cluster" | "job" | "service";
  /** @default v1 */
  readonly version?: ApiVersion;
  readonly templates?: readonly JsonValue[];
  readonly message: JsonValue;
}

describeGolden<Case>(`${import.meta.dirname}/testdata`, ({ kind, message, ...rest }) => {
  const { version = "v1", templates = [] } = rest;
  const byName = new Map(templates.map((each) => [templateOf(each).message.name, templateOf(each)]));
  const facts: CreationFacts = {
    nowMs: Date.parse("2026-08-19T10:11:12.120Z"),
    version,
    defaultRayVersion: "2.52.0",
    callerName: "",
    callerAnnotations: {},
  };
  switch (kind) {
    case "cluster": {
      const object = rayClusterObject(fromJson(ClusterSchema, message), byName, facts);
      return [object, toJson(ClusterSchema, clusterMessage(object, []))];
    }
    case "job": {
      const object = rayJobObject(fromJson(RayJobSchema, message), byName, facts);
      return [object, toJson(RayJobSchema, jobMessage(object))];
    }
    case "service": {
      const object = rayServiceObject(fromJson(RayServiceSchema, message), byName, facts);
      return [object, toJson(RayServiceSchema, serviceMessage(object, [], version))];
    }
  }
});

describeGolden<RayCluster | RayJob | RayService>(`${import.meta.dirname}/testdata/read`, (object) => {
  switch (object.kind) {
    case "RayCluster":
      return [toJson(ClusterSchema, clusterMessage(object, []))];
    case "RayJob":
      return [toJson(RayJobSchema, jobMessage(object))];
    case "RayService":
      return (["v1", "v1alpha2"] as const).map((version) =>
        toJson(RayServiceSchema, serviceMessage(object, [], version)),
      );
  }
});

function templateOf(json: JsonValue): Template {
  return { message: fromJson(ComputeTemplateSchema, json), extras: {} };
}
