import { type CustomResourceDefinition, KUBE_SCHEMAS, type Schema, structuralSchemas } from "@heliostat/kube";
import daskClusters from "../../gen/crds/daskclusters.json" with { type: "json" };
import definitions from "../../gen/crds/definitions.json" with { type: "json" };
import mpiClusters from "../../gen/crds/mpiclusters.json" with { type: "json" };
import rayClusters from "../../gen/crds/rayclusters.json" with { type: "json" };
import sparkClusters from "../../gen/crds/sparkclusters.json" with { type: "json" };

/**
 * The CustomResourceDefinitions of Domino's kinds, ready for any API server. Defaults are in the schemas, so that a
 * cluster is whole without any webhook.
 *
 * Equal parts of the schemas are one JavaScript object: walk them as a graph.
 */
export function dominoCrds(): readonly CustomResourceDefinition[] {
  const structural = structuralSchemas({ ...KUBE_SCHEMAS, ...(definitions as Record<string, Schema>) });
  const compact = [rayClusters, daskClusters, sparkClusters, mpiClusters];
  return (compact as readonly CustomResourceDefinition[]).map((crd) => ({
    ...crd,
    spec: {
      ...crd.spec,
      versions: crd.spec.versions.map((version) => ({
        ...version,
        schema: { openAPIV3Schema: structural(version.schema?.openAPIV3Schema as Schema) },
      })),
    },
  }));
}
