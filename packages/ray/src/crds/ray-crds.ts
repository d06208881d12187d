import { type CustomResourceDefinition, KUBE_SCHEMAS, type Schema, structuralSchemas } from "@heliostat/kube";
import definitions from "../../gen/crds/definitions.json" with { type: "json" };
import rayClusters from "../../gen/crds/rayclusters.json" with { type: "json" };
import rayCronJobs from "../../gen/crds/raycronjobs.json" with { type: "json" };
import rayJobs from "../../gen/crds/rayjobs.json" with { type: "json" };
import rayServices from "../../gen/crds/rayservices.json" with { type: "json" };

/**
 * The CustomResourceDefinitions of RayCluster, RayJob, RayService and RayCronJob, ready for any API server.
 *
 * They accept whatever KubeRay's accept. All have `v1`; the first three also serve the deprecated `v1alpha1`.
 * Equal parts of the schemas are one JavaScript object (four pod templates per cluster, and so on): walk them as a
 * graph, and expect some hundred kilobytes each when they are written out.
 */
export function rayCrds(): readonly CustomResourceDefinition[] {
  const structural = structuralSchemas({ ...KUBE_SCHEMAS, ...(definitions as Record<string, Schema>) });
  return ([rayClusters, rayJobs, rayServices, rayCronJobs] as readonly CustomResourceDefinition[]).map(
    (crd) => ({
      ...crd,
      spec: {
        ...crd.spec,
        versions: crd.spec.versions.map((version) => ({
          ...version,
          schema: { openAPIV3Schema: structural(version.schema?.openAPIV3Schema as Schema) },
        })),
      },
    }),
  );
}
