import { type CustomResourceDefinition, KUBE_SCHEMAS, type Schema, structuralSchemas } from "@heliostat/kube";
import definitions from "../../gen/crds/definitions.json" with { type: "json" };
import rayClusters from "../../gen/crds/rayclusters.json" with { type: "json" };
import rayCronJobs from "../../gen/crds/raycronjobs.json" with { type: "json" };
import rayJobs from "../../gen/crds/rayjobs.json" with { type: "json" };
import rayServices from "../../gen/crds/rayservices.json" with { type: "json" };
import {
  MAX_CLUSTER_NAME_LENGTH,
  MAX_CRON_JOB_NAME_LENGTH,
  MAX_OWNER_NAME_LENGTH,
} from "../names/cluster-names.ts";
import { strictDefinitions, withNameRule } from "./strict-definitions.ts";

/** Which of the two sets of definitions is wanted. */
export interface RayCrdOptions {
  /** Whether the API shall refuse what the operator would refuse, as far as a schema can tell. @default false */
  readonly isStrict?: boolean;
}

/**
 * The CustomResourceDefinitions of RayCluster, RayJob, RayService and RayCronJob, ready for any API server.
 *
 * They accept whatever KubeRay's accept, unless they are to be strict. All have `v1`; the first three also serve the
 * deprecated `v1alpha1`, which is never strict. Equal parts of the schemas are one JavaScript object (four pod
 * templates per cluster, and so on): walk them as a graph, and expect some hundred kilobytes each when written out.
 */
export function rayCrds({ isStrict = false }: RayCrdOptions = {}): readonly CustomResourceDefinition[] {
  const lenient: Readonly<Record<string, Schema>> = {
    ...KUBE_SCHEMAS,
    ...(definitions as Record<string, Schema>),
  };
  const structural = structuralSchemas(isStrict ? strictDefinitions(lenient) : lenient);
  return CRDS.map((crd) => ({
    ...crd,
    spec: {
      ...crd.spec,
      versions: crd.spec.versions.map((version) => {
        const schema = structural(version.schema?.openAPIV3Schema as Schema);
        const maxLength = isStrict && version.name === "v1" && MAX_NAME_LENGTHS[crd.spec.names.kind];
        return {
          ...version,
          schema: { openAPIV3Schema: maxLength ? withNameRule(schema, maxLength) : schema },
        };
      }),
    },
  }));
}

const CRDS = [rayClusters, rayJobs, rayServices, rayCronJobs] as readonly CustomResourceDefinition[];

/** Names of jobs and services leave room for what their clusters add, those of schedules for what their jobs add. */
const MAX_NAME_LENGTHS: Readonly<Record<string, number>> = {
  RayCluster: MAX_CLUSTER_NAME_LENGTH,
  RayJob: MAX_OWNER_NAME_LENGTH,
  RayService: MAX_OWNER_NAME_LENGTH,
  RayCronJob: MAX_CRON_JOB_NAME_LENGTH,
};
