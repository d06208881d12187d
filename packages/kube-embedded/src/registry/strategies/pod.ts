import type {
  Container,
  ObjectName,
  Pod,
  PodSpec,
  PodStatus,
  ServiceAccount,
  Toleration,
  Volume,
} from "@heliostat/kube";
import type { ResourceStrategy, StrategyContext } from "../served-resource.ts";
import { isPodPart, podPartProblems, withPodPart } from "./pod-parts.ts";
import { podProblems } from "./pod-rules.ts";
import { defaultedPodSpec } from "./pod-spec-defaults.ts";

export const POD_STRATEGY: ResourceStrategy = {
  tracksGeneration: true,
  defaults: (object) => withDefaults(object as Pod),
  prepareForCreate: (object, context) => newPod(object as Pod, context),
  prepareForUpdate: (object, stored) => updatedPod(object as Pod, stored as Pod),
  validate: (object, stored, subresource) =>
    stored && isPodPart(subresource)
      ? podPartProblems(subresource, object as Pod, stored as Pod)
      : podProblems(object as Pod, stored as Pod | undefined),
  withinSubresource: (subresource, current, proposed) =>
    isPodPart(subresource) ? withPodPart(subresource, current as Pod, proposed as Pod) : proposed,
  gracePeriodSeconds: (object, requested) => gracePeriodSeconds(object as Pod, requested),
};

function withDefaults(pod: Pod): Pod {
  if (!pod.spec) return pod;
  return { ...pod, spec: { enableServiceLinks: true, ...defaultedPodSpec(pod.spec) } };
}

/** What the scheduler and the kubelet expect of a pod that nobody has seen yet (in part done by admission). */
function newPod(pod: Pod, context: StrategyContext): Pod {
  const spec = pod.spec ?? { containers: [] };
  const { serviceAccountName = "default" } = spec;
  const { namespace = "" } = pod.metadata;
  return {
    ...pod,
    spec: withApiAccess(
      {
        ...spec,
        serviceAccountName,
        serviceAccount: serviceAccountName,
        tolerations: withDefaultTolerations(spec.tolerations ?? []),
      },
      { namespace, name: serviceAccountName },
      context,
    ),
    status: { phase: "Pending", qosClass: qosClassOf(spec), ...gatedConditions(spec) },
  };
}

/** Nobody looks for a node while gates are closed, and the pod says so from the start (Kubernetes rule). */
function gatedConditions({ schedulingGates = [] }: PodSpec): Pick<PodStatus, "conditions"> {
  if (schedulingGates.length === 0) return {};
  const message = "Scheduling is blocked due to non-empty scheduling gates";
  return { conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated", message }] };
}

/** A status that is written without the class of service keeps it. */
function updatedPod(pod: Pod, stored: Pod): Pod {
  const { status } = pod;
  const qosClass = stored.status?.qosClass;
  return status && qosClass && !status.qosClass ? { ...pod, status: { ...status, qosClass } } : pod;
}

/** A pod that no kubelet holds, or that has ended, has nothing to be given time for. */
function gracePeriodSeconds({ spec, status }: Pod, requested: number | undefined): number {
  const hasEnded = status?.phase === "Succeeded" || status?.phase === "Failed";
  if (!spec?.nodeName || hasEnded) return 0;
  return requested ?? spec.terminationGracePeriodSeconds ?? 0;
}

const EVICTING_TAINTS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];
const EVICTED_AFTER_SECONDS = 300;

/** Kubernetes' DefaultTolerationSeconds: a pod stays five minutes on a node that has gone. */
function withDefaultTolerations(tolerations: readonly Toleration[]): readonly Toleration[] {
  const missing = EVICTING_TAINTS.filter((key) => !tolerations.some((each) => toleratesEviction(each, key)));
  const added = missing.map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: EVICTED_AFTER_SECONDS,
  }));
  return [...tolerations, ...added];
}

function toleratesEviction({ key = "", effect = "" }: Toleration, taint: string): boolean {
  return (key === taint || key === "") && (effect === "NoExecute" || effect === "");
}

const ACCESS_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOKEN_SECONDS = 3607;

/** Kubernetes' ServiceAccount admission: each container finds a token, the CA and its namespace under one path. */
function withApiAccess(spec: PodSpec, account: ObjectName, { nameSuffix, find }: StrategyContext): PodSpec {
  const needsAccess = (container: Container): boolean =>
    !container.volumeMounts?.some(({ mountPath }) => mountPath === ACCESS_PATH);
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  const stored = find("/serviceaccounts", account) as ServiceAccount | undefined;
  const automounts = spec.automountServiceAccountToken ?? stored?.automountServiceAccountToken ?? true;
  if (!automounts || !containers.some(needsAccess)) return spec;
  const name = `kube-api-access-${nameSuffix()}`;
  const mounted = (container: Container): Container => {
    if (!needsAccess(container)) return container;
    const mount = { name, readOnly: true, mountPath: ACCESS_PATH };
    return { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] };
  };
  return {
    ...spec,
    volumes: [...(spec.volumes ?? []), apiAccessVolume(name)],
    ...(spec.initContainers && { initContainers: spec.initContainers.map(mounted) }),
    containers: spec.containers.map(mounted),
  };
}

function apiAccessVolume(name: string): Volume {
  const fieldRef = { apiVersion: "v1", fieldPath: "metadata.namespace" };
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef }] } },
      ],
    },
  };
}

/** Kubernetes' quality of service class, from cpu and memory of all containers. */
function qosClassOf({ containers, initContainers = [] }: PodSpec): string {
  const all = [...containers, ...initContainers].map(({ resources = {} }) => resources);
  const hasNone = all.every(({ limits = {}, requests = {} }) =>
    COUNTED.every((key) => limits[key] === undefined && requests[key] === undefined),
  );
  if (hasNone) return "BestEffort";
  const isGuaranteed = all.every(({ limits = {}, requests = {} }) =>
    COUNTED.every((key) => limits[key] !== undefined && (requests[key] ?? limits[key]) === limits[key]),
  );
  return isGuaranteed ? "Guaranteed" : "Burstable";
}

const COUNTED = ["cpu", "memory"];
