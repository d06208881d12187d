import { type KubeObject, namespaced, type Resource } from "@heliostat/kube";
import { ceilingBeforePin, storedCeilings } from "../scale/ceilings.ts";
import { type Bounds, objectRef, type ScaleView } from "../scale/scale-view.ts";
import { LABEL } from "../vocabulary.ts";
import type { Engine, KindDriver, Resources, Role, TierPlace } from "./kind-driver.ts";
import { countOf, type Part, partOf, specOf, textsOf } from "./read-object.ts";

const DOMINO_GROUP = "distributed-compute.dominodatalab.com";
const API_VERSION = `${DOMINO_GROUP}/v1alpha1`;

/** Drivers of Domino's kinds. Workers are one StatefulSet; a HorizontalPodAutoscaler moves `spec.worker.replicas`. */
export const DOMINO_DRIVERS: readonly KindDriver[] = [
  dominoDriver("ray", "RayCluster", "head"),
  dominoDriver("dask", "DaskCluster", "scheduler"),
  dominoDriver("spark", "SparkCluster", "master"),
  dominoDriver("mpi", "MPICluster", undefined),
];

/** The only worker group that these kinds have. */
const WORKER = "worker";

function dominoDriver(engine: Engine, kind: string, head: string | undefined): KindDriver {
  const resource: Resource = namespaced(API_VERSION, kind, `${engine}clusters`);
  const component = (role: Role): string | undefined => (role === "worker" ? WORKER : head);
  return {
    resource,
    engine,
    related: [],
    needsAutoscaling: true,
    scaleView: (object) => scaleView(resource, object),
    podLabels(object, role) {
      const name = component(role);
      if (name === undefined) return undefined;
      return {
        [LABEL.appName]: engine,
        [LABEL.appInstance]: object.metadata.name,
        [LABEL.appComponent]: name,
      };
    },
    setName: ({ metadata }, role) => `${metadata.name}-${engine}-${component(role) ?? WORKER}`,
    rollPlace(object, role) {
      const field = component(role);
      const stanza = field === undefined ? undefined : partOf(specOf(object)[field]);
      return stanza && { at: `/spec/${field}/annotations`, value: textsOf(stanza["annotations"]) };
    },
    tierPlace(object, role) {
      const field = component(role);
      return field === undefined
        ? undefined
        : tierPlace(object, field, engine === "spark" && role === "worker");
    },
  };
}

function scaleView(resource: Resource, object: KubeObject): ScaleView {
  const spec = specOf(object);
  const worker = partOf(spec["worker"]);
  const bounds = boundsOf(object, partOf(spec["autoscaling"]));
  return {
    cluster: objectRef(resource, object),
    annotations: object.metadata.annotations ?? {},
    groups: [
      {
        name: WORKER,
        replicas: countOf(worker?.["replicas"]) ?? 1,
        // Without the stanza nothing would read the number.
        ...(worker && { replicasAt: "/spec/worker/replicas" }),
        guards: [],
        ...(bounds && { bounds }),
      },
    ],
    writer: bounds ? "hpa" : "none",
    warnings: [],
  };
}

function boundsOf({ metadata }: KubeObject, autoscaling: Part | undefined): Bounds | undefined {
  if (!autoscaling) return undefined;
  const max = countOf(autoscaling["maxReplicas"]);
  // Kubernetes takes 1 where nobody says.
  const min = countOf(autoscaling["minReplicas"]) ?? 1;
  return {
    min,
    max: max === 0 ? undefined : max,
    ...ceilingBeforePin(storedCeilings(metadata.annotations ?? {})[WORKER], { min, max }),
    minAt: "/spec/autoscaling/minReplicas",
    maxAt: "/spec/autoscaling/maxReplicas",
    lowestMin: 1,
    raisesReplicas: false,
    retiresIdleWorkers: false,
  };
}

function tierPlace(object: KubeObject, field: string, hasWorkerMemory: boolean): TierPlace {
  const spec = specOf(object);
  const role = partOf(spec[field]);
  const at = `/spec/${field}`;
  const memory = spec["workerMemoryLimit"];
  return {
    labels: { at: `${at}/labels`, value: textsOf(role?.["labels"]) },
    nodeSelector: { at: `${at}/nodeSelector`, value: textsOf(role?.["nodeSelector"]) },
    resources: { at: `${at}/resources`, value: partOf(role?.["resources"]) as Resources | undefined },
    ...(hasWorkerMemory && {
      workerMemory: { at: "/spec/workerMemoryLimit", value: typeof memory === "string" ? memory : undefined },
    }),
    missing: role ? [] : [at],
    keepsRunningPods: false,
  };
}
