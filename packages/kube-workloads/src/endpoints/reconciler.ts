import {
  type Caches,
  carryOut,
  DONE,
  labelled,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  remove,
  resultOf,
  watching,
} from "@heliostat/controller";
import {
  ENDPOINT_SLICES,
  ENDPOINTS,
  type EndpointSlice,
  type Endpoints,
  isTerminating,
  keyOf,
  nameOf,
  PODS,
  type Pod,
  SERVICES,
  type Service,
} from "@heliostat/kube";
import { byLabel, type Index } from "@heliostat/watch-cache";
import {
  ENDPOINTS_MANAGER,
  ENDPOINTS_MANAGER_LABEL,
  SERVICE_NAME_LABEL,
  SLICE_MANAGER,
  SLICE_MANAGER_LABEL,
} from "./builders.ts";
import { planEndpoints } from "./plan.ts";

/** Keeps the addresses of each service that has a selector: Endpoints and EndpointSlices. Others are their users' own. */
export function endpointsReconciler(): Reconciler<Service> {
  return {
    name: "endpoint-controller",
    resource: SERVICES,
    watches: [
      watching(PODS, (pod, { caches }) => servicesOf(pod, caches).map((each) => keyOf(nameOf(each)))),
      watching(ENDPOINTS, (endpoints) => [keyOf(nameOf(endpoints))]),
      labelled(ENDPOINT_SLICES, SERVICE_NAME_LABEL),
    ],
    async reconcile(key, context) {
      const { caches } = context;
      const service = caches.of(SERVICES).get(key);
      const endpoints = caches.of(ENDPOINTS).get(key);
      if (!service) return endpoints && isOwnEndpoints(endpoints) ? bury(endpoints, context) : DONE;
      if (isTerminating(service) || !hasSelector(service)) return DONE;
      const { namespace = "" } = service.metadata;
      const plan = planEndpoints({
        service,
        pods: caches
          .of(PODS)
          .byIndex(BY_LABELS, pairKey(namespace, tellingPair(service)))
          .filter((pod) => selects(service, pod)),
        endpoints,
        slices: caches.of(ENDPOINT_SLICES).byIndex(byLabel(SERVICE_NAME_LABEL), key).filter(isOwnSlice),
      });
      return resultOf(plan, await carryOut(plan, service, context));
    },
  };
}

/** Endpoints name no owner (Kubernetes convention), so the garbage collector does not see that their service is gone. */
async function bury(endpoints: Endpoints, context: ReconcileContext): Promise<ReconcileResult> {
  const plan = { actions: [remove(ENDPOINTS, endpoints, { why: "service is gone" })] };
  return resultOf(plan, await carryOut(plan, endpoints, context));
}

function servicesOf(pod: Pod, caches: Caches): readonly Service[] {
  const { namespace = "", labels = {} } = pod.metadata;
  return Object.entries(labels)
    .flatMap((pair) => caches.of(SERVICES).byIndex(BY_TELLING_PAIR, pairKey(namespace, pair)))
    .filter((service) => hasSelector(service) && selects(service, pod));
}

/** Services by the one label of their selector that tells most: so a pod finds its services without asking all. */
const BY_TELLING_PAIR: Index<Service> = {
  name: "telling label of the selector",
  valuesOf: (service) => [pairKey(service.metadata.namespace, tellingPair(service))],
};

/** Pods by each of their labels. */
const BY_LABELS: Index<Pod> = {
  name: "each label",
  valuesOf: ({ metadata }) =>
    Object.entries(metadata.labels ?? {}).map((pair) => pairKey(metadata.namespace, pair)),
};

type LabelPair = readonly [key: string, value: string];

/** The longest value of the selector: names of one thing are longer than words for many. */
function tellingPair({ spec }: Service): LabelPair {
  const pairs: readonly LabelPair[] = Object.entries(spec?.selector ?? {});
  const own = pairs.filter(([key]) => !isForMany(key));
  const [first = ["", ""], ...rest] = own.length > 0 ? own : pairs;
  return rest.reduce((best, pair) => (pair[1].length > best[1].length ? pair : best), first);
}

/** Of Kubernetes' recommended labels only the instance names one thing. */
function isForMany(key: string): boolean {
  return key.startsWith("app.kubernetes.io/") && key !== "app.kubernetes.io/instance";
}

function pairKey(namespace = "", [key, value]: LabelPair): string {
  return `${namespace} ${key}=${value}`;
}

function hasSelector({ spec }: Service): boolean {
  return spec?.type !== "ExternalName" && Object.keys(spec?.selector ?? {}).length > 0;
}

function selects({ spec }: Service, pod: Pod): boolean {
  const { labels = {} } = pod.metadata;
  return Object.entries(spec?.selector ?? {}).every(([key, value]) => labels[key] === value);
}

function isOwnSlice({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[SLICE_MANAGER_LABEL] === SLICE_MANAGER;
}

function isOwnEndpoints({ metadata }: Endpoints): boolean {
  return metadata.labels?.[ENDPOINTS_MANAGER_LABEL] === ENDPOINTS_MANAGER;
}
