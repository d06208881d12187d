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
  matchesLabels,
  nameOf,
  PODS,
  type Pod,
  requirementsOf,
  SERVICES,
  type Service,
} from "@heliostat/kube";
import { BY_NAMESPACE, byLabel } from "@heliostat/watch-cache";
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
          .byIndex(BY_NAMESPACE, namespace)
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
  const { namespace = "" } = pod.metadata;
  return caches
    .of(SERVICES)
    .byIndex(BY_NAMESPACE, namespace)
    .filter((service) => hasSelector(service) && selects(service, pod));
}

function hasSelector({ spec }: Service): boolean {
  return spec?.type !== "ExternalName" && Object.keys(spec?.selector ?? {}).length > 0;
}

function selects({ spec }: Service, pod: Pod): boolean {
  return matchesLabels(requirementsOf({ matchLabels: spec?.selector ?? {} }), pod.metadata.labels);
}

function isOwnSlice({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[SLICE_MANAGER_LABEL] === SLICE_MANAGER;
}

function isOwnEndpoints({ metadata }: Endpoints): boolean {
  return metadata.labels?.[ENDPOINTS_MANAGER_LABEL] === ENDPOINTS_MANAGER;
}
