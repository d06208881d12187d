import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ClusterSpecSchema,
  CreateClusterRequestSchema,
  CreateComputeTemplateRequestSchema,
  CreateRayJobRequestSchema,
  CreateRayServiceRequestSchema,
  UpdateRayServiceRequestSchema,
} from "@heliostat/proto";
import { describe, expect, it } from "vitest";
import { A_CLUSTER_SPEC, aCluster, aJob, aService, aTemplate } from "../testing/api-world.ts";
import {
  checkCreateCluster,
  checkCreateJob,
  checkCreateService,
  checkCreateTemplate,
  checkUpdateService,
} from "./check-create.ts";

const VALUE = "Please specify a valid value.";

describe("checkCreateCluster()", () => {
  const prefix = "Validate create cluster request failed.";

  it.each([
    ["an empty namespace", { namespace: "" }, `Namespace is empty. ${VALUE}`],
    [
      "another namespace",
      { namespace: "other" },
      "The namespace in the request is different from the namespace in the cluster definition.",
    ],
    [
      "no object at all, as an empty body",
      { cluster: undefined },
      "The namespace in the request is different from the namespace in the cluster definition.",
    ],
    ["no name", { cluster: aCluster({ name: "" }) }, `Cluster name is empty. ${VALUE}`],
    ["no user", { cluster: aCluster({ user: "" }) }, `User who create the cluster is empty. ${VALUE}`],
    [
      "no spec",
      { cluster: { ...aCluster(), clusterSpec: undefined } },
      "A ClusterSpec object is required. Please specify one.",
    ],
  ])("refuses %s", (_what, traits, sentence) => {
    const request = {
      ...create(CreateClusterRequestSchema, { cluster: aCluster(), namespace: "default" }),
      ...traits,
    };
    expect(() => checkCreateCluster(request as never, "v1")).toThrow(
      refusal(`${sentence}: ${prefix}: Invalid input error: ${sentence}`),
    );
  });

  it("takes the first fault in KubeRay's order", () => {
    const nothing = create(CreateClusterRequestSchema, {
      namespace: "default",
      cluster: { namespace: "default" },
    });
    expect(() => checkCreateCluster(nothing, "v1")).toThrow("Cluster name is empty.");
  });

  it.each(specFaults())("refuses in a spec: %s", (sentence, spec) => {
    const cluster = aCluster({ clusterSpec: spec });
    const request = create(CreateClusterRequestSchema, { cluster, namespace: "default" });
    expect(() => checkCreateCluster(request, "v1")).toThrow(
      refusal(`${sentence}: ${prefix}: Invalid input error: ${sentence}`),
    );
  });

  it("lets v1alpha2 leave the start parameters empty, as its document does", () => {
    const { headGroupSpec } = A_CLUSTER_SPEC;
    const clusterSpec = { headGroupSpec: { ...headGroupSpec, rayStartParams: {} } };
    const request = create(CreateClusterRequestSchema, {
      cluster: aCluster({ clusterSpec }),
      namespace: "default",
    });
    expect(() => checkCreateCluster(request, "v1alpha2")).not.toThrow();
    expect(() => checkCreateCluster(request, "v1")).toThrow("HeadGroupSpec RayStartParams is empty.");
  });

  it("checks neither replicas against bounds nor names: Kubernetes and the operator do", () => {
    const [worker] = A_CLUSTER_SPEC.workerGroupSpec;
    const clusterSpec = { ...A_CLUSTER_SPEC, workerGroupSpec: [{ ...worker, replicas: 99 }] };
    const cluster = aCluster({ name: "Not_A_Name", clusterSpec: clusterSpec as never });
    const request = create(CreateClusterRequestSchema, { cluster, namespace: "default" });
    expect(() => checkCreateCluster(request, "v1")).not.toThrow();
  });
});

describe("checkCreateTemplate()", () => {
  const prefix = "Validate compute template runtime request failed.";

  it.each([
    [{ namespace: "" }, `Namespace is empty. ${VALUE}`],
    [
      { namespace: "other" },
      "The namespace in the request is different from the namespace defined in the compute template.",
    ],
    [{ computeTemplate: aTemplate({ name: "" }) }, `Compute template name is empty. ${VALUE}`],
    [{ computeTemplate: aTemplate({ cpu: 0 }) }, `Cpu amount is zero. ${VALUE}`],
    [{ computeTemplate: aTemplate({ memory: 0 }) }, `Memory amount is zero. ${VALUE}`],
  ])("refuses %j", (traits, sentence) => {
    const request = create(CreateComputeTemplateRequestSchema, {
      computeTemplate: aTemplate(),
      namespace: "default",
      ...traits,
    });
    expect(() => checkCreateTemplate(request)).toThrow(
      refusal(`${sentence}: ${prefix}: Invalid input error: ${sentence}`),
    );
  });
});

describe("checkCreateJob()", () => {
  const prefix = "Validate job request failed.";

  it.each([
    [{ namespace: "" }, `Namespace is empty. ${VALUE}`],
    [
      { namespace: "x" },
      "The namespace in the request is different from the namespace in the job definition.",
    ],
    [{ job: aJob({ name: "" }) }, `Job name is empty. ${VALUE}`],
    [{ job: aJob({ user: "" }) }, `User who create the job is empty. ${VALUE}`],
    [{ job: { ...aJob(), clusterSpec: undefined } }, "A ClusterSpec object is required. Please specify one."],
  ])("refuses %j", (traits, sentence) => {
    const request = {
      ...create(CreateRayJobRequestSchema, { job: aJob(), namespace: "default" }),
      ...traits,
    };
    expect(() => checkCreateJob(request as never, "v1")).toThrow(
      refusal(`${sentence}: ${prefix}: Invalid input error: ${sentence}`),
    );
  });

  it("needs no spec where a selector names a cluster, but a spec that is there must be whole", () => {
    const clusterSelector = { "ray.io/cluster": "c" };
    const spare = create(CreateRayJobRequestSchema, {
      job: { name: "j", namespace: "default", user: "u", clusterSelector },
      namespace: "default",
    });
    expect(() => checkCreateJob(spare, "v1")).not.toThrow();
    const headless = create(CreateRayJobRequestSchema, {
      job: { name: "j", namespace: "default", user: "u", clusterSelector, clusterSpec: {} },
      namespace: "default",
    });
    expect(() => checkCreateJob(headless, "v1")).toThrow("Cluster Spec Object requires HeadGroupSpec");
  });
});

describe("checkCreateService() and checkUpdateService()", () => {
  it.each([
    [{ namespace: "" }, `Namespace is empty. ${VALUE}`],
    [{ service: undefined }, "Service is empty, please input a valid payload."],
    [
      { namespace: "x" },
      "The namespace in the request is different from the namespace in the service definition.",
    ],
    [{ service: aService({ name: "" }) }, `Service name is empty. ${VALUE}`],
    [{ service: aService({ user: "" }) }, `User who created the Service is empty. ${VALUE}`],
    [
      { service: { ...aService(), clusterSpec: undefined } },
      "A ClusterSpec object is required. Please specify one.",
    ],
  ])("create refuses %j", (traits, sentence) => {
    const request = create(CreateRayServiceRequestSchema, { service: aService(), namespace: "default" });
    expect(() => checkCreateService({ ...request, ...traits } as never, "v1")).toThrow(
      refusal(`${sentence}: Validate create service request failed.: Invalid input error: ${sentence}`),
    );
  });

  it.each([
    [{ name: "" }, `Name is empty. ${VALUE}`],
    [{ namespace: "" }, `Namespace is empty. ${VALUE}`],
    [{ service: undefined }, "Service is empty, please input a valid payload."],
    [{ service: aService({ user: "" }) }, `User who updated the Service is empty. ${VALUE}`],
  ])("update refuses %j", (traits, sentence) => {
    const request = create(UpdateRayServiceRequestSchema, {
      service: aService(),
      namespace: "default",
      name: "s",
    });
    expect(() => checkUpdateService({ ...request, ...traits } as never, "v1")).toThrow(
      refusal(`${sentence}: Validate update service request failed.: Invalid input error: ${sentence}`),
    );
  });

  it("update refuses two names in one request, of which KubeRay passes one over", () => {
    const request = create(UpdateRayServiceRequestSchema, {
      service: aService(),
      namespace: "default",
      name: "t",
    });
    expect(() => checkUpdateService(request, "v1")).toThrow('the body\'s name is "s"');
  });
});

type SpecInit = MessageInitShape<typeof ClusterSpecSchema>;

/** Every sentence about a cluster's spec, and the spec that deserves it. */
function specFaults(): readonly (readonly [sentence: string, spec: SpecInit])[] {
  const { headGroupSpec: head } = A_CLUSTER_SPEC;
  const [worker] = A_CLUSTER_SPEC.workerGroupSpec;
  const second = (traits: object): SpecInit => ({
    headGroupSpec: head,
    workerGroupSpec: [worker, { ...worker, ...traits }],
  });
  return [
    ["Cluster Spec Object requires HeadGroupSpec to be populated. Please specify one.", {}],
    [
      `HeadGroupSpec compute template is empty. ${VALUE}`,
      { headGroupSpec: { ...head, computeTemplate: "", rayStartParams: {} } },
    ],
    [
      "HeadGroupSpec RayStartParams is empty. Please specify values.",
      { headGroupSpec: { ...head, rayStartParams: {} } },
    ],
    [
      "HeadGroupSpec unsupported value for Image pull policy. Please specify Always or IfNotPresent",
      { headGroupSpec: { ...head, imagePullPolicy: "always" } },
    ],
    [`WorkerNodeSpec 1 group name is empty. ${VALUE}`, second({ groupName: "" })],
    [`WorkerNodeSpec 1 compute template is empty. ${VALUE}`, second({ computeTemplate: "" })],
    [`WorkerNodeSpec 1 MaxReplicas can not be 0. ${VALUE}`, second({ maxReplicas: 0 })],
    [`WorkerNodeSpec 1 MinReplica > MaxReplicas. ${VALUE}`, second({ minReplicas: 6 })],
    [
      "Worker GroupSpec unsupported value for Image pull policy. Please specify Always or IfNotPresent",
      second({ imagePullPolicy: "Never" }),
    ],
  ];
}

function refusal(message: string) {
  return expect.objectContaining({ name: "ApiError", code: "InvalidArgument", message });
}
