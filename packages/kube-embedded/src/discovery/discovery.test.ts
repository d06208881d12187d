import { describe, expect, it } from "vitest";
import { servedFromDefinition } from "../crd/served-from-definition.ts";
import { ResourceRegistry } from "../registry/registry.ts";
import { definition, version } from "../testing/definitions.ts";
import { DEFINITIONS, POD_RESOURCE } from "../testing/small-api.ts";
import { coreDiscovery, namedGroupsDiscovery } from "./aggregated-discovery.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "./legacy-discovery.ts";
import { byVersionPriority } from "./version-priority.ts";

const scale = { specReplicasPath: ".spec.size", statusReplicasPath: ".status.replicas" };
const widgets = servedFromDefinition(
  definition({
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
    versions: [
      version({ name: "v1beta1", storage: false }),
      version({ name: "v2", subresources: { status: {}, scale } }),
    ],
  }),
);
const registry = new ResourceRegistry([...widgets, DEFINITIONS, POD_RESOURCE]);

describe("byVersionPriority", () => {
  it("puts stable first, newer first, strangers last", () => {
    const versions = ["v1alpha1", "v2", "foo10", "v1beta2", "v10", "v1beta10", "bar", "v1"];
    expect(versions.toSorted(byVersionPriority)).toEqual([
      ...["v10", "v2", "v1", "v1beta10", "v1beta2", "v1alpha1", "bar", "foo10"],
    ]);
  });
});

describe("aggregated discovery", () => {
  it("tells everything about a custom kind", () => {
    expect(namedGroupsDiscovery(registry, "v2")).toMatchObject({
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      items: [
        { metadata: { name: "apiextensions.k8s.io" } },
        {
          metadata: { name: "example.io" },
          versions: [
            {
              version: "v2",
              freshness: "Current",
              resources: [
                {
                  resource: "widgets",
                  responseKind: { group: "example.io", version: "v2", kind: "Widget" },
                  scope: "Namespaced",
                  singularResource: "widget",
                  shortNames: ["wd"],
                  categories: ["all"],
                  subresources: [
                    { subresource: "status", verbs: ["get", "patch", "update"] },
                    {
                      subresource: "scale",
                      responseKind: { group: "autoscaling", version: "v1", kind: "Scale" },
                    },
                  ],
                },
              ],
            },
            { version: "v1beta1" },
          ],
        },
      ],
    });
  });

  it("keeps the core group to itself", () => {
    expect(coreDiscovery(registry, "v2beta1")).toMatchObject({
      apiVersion: "apidiscovery.k8s.io/v2beta1",
      items: [{ metadata: {}, versions: [{ version: "v1", resources: [{ resource: "pods" }] }] }],
    });
  });
});

describe("legacy discovery", () => {
  it("lists versions, groups and resources", () => {
    expect(apiVersions(registry, "127.0.0.1:6443")).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    expect(apiGroupList(registry)).toMatchObject({
      groups: [{ name: "apiextensions.k8s.io" }, { name: "example.io" }],
    });
    expect(apiGroup(registry, "example.io")).toMatchObject({
      kind: "APIGroup",
      preferredVersion: { groupVersion: "example.io/v2", version: "v2" },
    });
    expect(apiResourceList(registry, { group: "", version: "v1" })).toMatchObject({
      groupVersion: "v1",
      resources: expect.arrayContaining([
        expect.objectContaining({ name: "pods", singularName: "pod", namespaced: true }),
        expect.objectContaining({ name: "pods/log", kind: "Pod" }),
        expect.objectContaining({ name: "pods/eviction", group: "policy", version: "v1", kind: "Eviction" }),
      ]),
    });
  });

  it("has nothing for what is not served", () => {
    expect(apiGroup(registry, "ray.io")).toBeUndefined();
    expect(apiGroup(registry, "")).toBeUndefined();
    expect(apiResourceList(registry, { group: "example.io", version: "v3" })).toBeUndefined();
  });
});
