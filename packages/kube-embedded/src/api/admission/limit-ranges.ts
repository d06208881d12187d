import {
  type Amounts,
  amountsOf,
  type Container,
  type LimitRange,
  type LimitRangeItem,
  type PersistentVolumeClaim,
  type Pod,
  podAmounts,
  quantitiesOf,
  type ResourceRequirements,
} from "@heliostat/kube";
import { forbidden } from "../refusals.ts";
import type { AdmissionPlugin, AdmittedWrite } from "./admission-plugin.ts";

const LIMIT_RANGES = "/limitranges";

/**
 * Gives containers the requests and limits that their namespace has for them, and refuses what lies outside its bounds
 * (Kubernetes: `LimitRanger`). Pods are looked at when they are made, claims also when they grow.
 */
export const limitRangeAdmission: AdmissionPlugin = {
  mutated(write) {
    if (!isNewPod(write)) return write.object;
    return limitsOf(write, "Container").reduce(withDefaultsOf, write.object as Pod);
  },
  admit(write) {
    if (write.store.collection(LIMIT_RANGES).size === 0) return undefined;
    const problems = boundedAmounts(write).flatMap(({ type, amounts }) =>
      limitsOf(write, type).flatMap((limit) => boundProblems(limit, amounts)),
    );
    const [first, ...more] = problems;
    if (first === undefined) return undefined;
    const because = more.length === 0 ? first : `[${problems.join(", ")}]`;
    throw forbidden(write.resource, write.object.metadata.name, because);
  },
};

type LimitType = "Container" | "Pod" | "PersistentVolumeClaim";

function isNewPod({ resource, stored }: AdmittedWrite): boolean {
  return resource.storageKey === "/pods" && stored === undefined;
}

function limitsOf({ store, object }: AdmittedWrite, type: LimitType): readonly LimitRangeItem[] {
  const { namespace } = object.metadata;
  if (namespace === undefined || store.collection(LIMIT_RANGES).size === 0) return [];
  return [...store.newestBelow(LIMIT_RANGES, `${namespace}/`)]
    .flatMap(({ object: range }) => (range as LimitRange).spec?.limits ?? [])
    .filter((limit) => limit.type === type);
}

function withDefaultsOf(pod: Pod, limit: LimitRangeItem): Pod {
  const { spec = { containers: [] } } = pod;
  const filled = (container: Container): Container => {
    const { resources = {} } = container;
    const limits = { ...limit.default, ...resources.limits };
    const requests = { ...limit.defaultRequest, ...resources.requests };
    return {
      ...container,
      resources: { ...resources, ...nonEmpty("limits", limits), ...nonEmpty("requests", requests) },
    };
  };
  const { initContainers, containers } = spec;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(initContainers && { initContainers: initContainers.map(filled) }),
      containers: containers.map(filled),
    },
  };
}

function nonEmpty(
  name: "limits" | "requests",
  amounts: NonNullable<ResourceRequirements["limits"]>,
): ResourceRequirements {
  return Object.keys(amounts).length === 0 ? {} : { [name]: amounts };
}

interface Asked {
  readonly requests: Amounts;
  /** Absent where nothing has a limit (claims). */
  readonly limits?: Amounts;
}

/** What the write asks for, by the type of limit that bounds it. */
function boundedAmounts(
  write: AdmittedWrite,
): readonly { readonly type: LimitType; readonly amounts: Asked }[] {
  const { resource, object, subresource } = write;
  if (isNewPod(write)) {
    const pod = object as Pod;
    const { initContainers = [], containers = [] } = pod.spec ?? {};
    const each = [...initContainers, ...containers].map(({ resources = {} }) => ({
      type: "Container" as const,
      amounts: { requests: amountsOf(resources.requests), limits: amountsOf(resources.limits) },
    }));
    const whole = { requests: podAmounts(pod, "requests"), limits: podAmounts(pod, "limits") };
    return [...each, { type: "Pod", amounts: whole }];
  }
  if (resource.storageKey !== "/persistentvolumeclaims" || subresource !== undefined) return [];
  const requests = amountsOf((object as PersistentVolumeClaim).spec?.resources?.requests);
  return [{ type: "PersistentVolumeClaim", amounts: { requests } }];
}

function boundProblems(limit: LimitRangeItem, asked: Asked): readonly string[] {
  return [
    ...Object.entries(limit.min ?? {}).map((bound) => minimumProblem(limit.type, bound, asked)),
    ...Object.entries(limit.max ?? {}).map((bound) => maximumProblem(limit.type, bound, asked)),
    ...Object.entries(limit.maxLimitRequestRatio ?? {}).map((bound) =>
      ratioProblem(limit.type, bound, asked),
    ),
  ].filter((problem) => problem !== undefined);
}

type Bound = readonly [name: string, quantity: string | number];

function minimumProblem(
  type: string,
  [name, quantity]: Bound,
  { requests, limits }: Asked,
): string | undefined {
  const bound = amountsOf({ [name]: quantity }).get(name) ?? 0;
  const [request, limit] = [requests.get(name), limits?.get(name)];
  const rule = `minimum ${name} usage per ${type} is ${quantity}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (request < bound) return `${rule}, but request is ${shown(name, request)}`;
  return limit !== undefined && limit < bound ? `${rule}, but limit is ${shown(name, limit)}` : undefined;
}

function maximumProblem(
  type: string,
  [name, quantity]: Bound,
  { requests, limits }: Asked,
): string | undefined {
  const bound = amountsOf({ [name]: quantity }).get(name) ?? 0;
  const [request, limit] = [requests.get(name) ?? 0, limits?.get(name)];
  const rule = `maximum ${name} usage per ${type} is ${quantity}`;
  if (limits && limit === undefined) return `${rule}.  No limit is specified`;
  if (limit !== undefined && limit > bound) return `${rule}, but limit is ${shown(name, limit)}`;
  return request > bound ? `${rule}, but request is ${shown(name, request)}` : undefined;
}

function ratioProblem(
  type: string,
  [name, quantity]: Bound,
  { requests, limits }: Asked,
): string | undefined {
  const bound = Number(quantity);
  const [request = 0, limit = 0] = [requests.get(name), limits?.get(name)];
  const rule = `${name} max limit to request ratio per ${type} is ${quantity}`;
  if (request === 0) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = limit / request;
  return ratio > bound ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function shown(name: string, amount: number): string {
  return quantitiesOf(new Map([[name, amount]]))[name] ?? String(amount);
}
