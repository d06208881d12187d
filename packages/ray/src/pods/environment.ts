import type { EnvVar } from "@heliostat/kube";
import { clusterOrigin } from "../raycluster/origin.ts";
import { ENV } from "../vocabulary/env-vars.ts";
import { LABEL, NODE_TYPE } from "../vocabulary/labels.ts";
import type { PodContext, RayPod } from "./pod-context.ts";
import { fieldVariable, labelVariable, withDefaultEnv, withEnv, withRayContainer } from "./ray-container.ts";
import { rayStartCommand } from "./start-command.ts";

/** Step: what Ray and its programs find in their environment, in KubeRay's order. */
export function environment(pod: RayPod, context: PodContext): RayPod {
  const isHead = context.nodeType === NODE_TYPE.head;
  return withRayContainer(pod, (container) => {
    const defaulted = withDefaultEnv(container, context.settings.defaultEnv ?? []);
    const identified = withEnv(defaulted, [
      ...(isHead ? [] : headAddress(context)),
      labelVariable(ENV.clusterName, LABEL.cluster),
      fieldVariable(ENV.clusterNamespace, "metadata.namespace"),
      fieldVariable(ENV.cloudInstanceId, "metadata.name"),
      labelVariable(ENV.nodeTypeName, LABEL.group),
      { name: ENV.rayStartCommand, value: rayStartCommand(pod, context) },
    ]);
    const connected = withDefaultEnv(identified, [
      { name: ENV.gcsPort, value: context.gcsPort },
      ...(clusterOrigin(context.cluster) === "RayService" ? SERVING : []),
      { name: ENV.rayAddress, value: `${isHead ? "127.0.0.1" : context.headServiceFqdn}:${context.gcsPort}` },
      { name: ENV.usageInUse, value: "1" },
    ]);
    const tagged = isHead
      ? withEnv(connected, [{ name: ENV.usageTags, value: usageTags(context) }])
      : connected;
    return withDefaultEnv(tagged, [{ name: ENV.dashboardDiskUsage, value: "1" }]);
  });
}

/** Step: every init container, the user's too, knows where the head is. */
export function initEnvironment(pod: RayPod, context: PodContext): RayPod {
  const { initContainers } = pod.spec;
  if (!initContainers) return pod;
  const informed = initContainers.map((container) => withEnv(container, headAddress(context)));
  return { ...pod, spec: { ...pod.spec, initContainers: informed } };
}

/** A service must not wait long for a head that is gone (KubeRay's numbers). */
const SERVING: readonly EnvVar[] = [
  { name: "RAY_timeout_ms_task_wait_for_death_info", value: "0" },
  { name: "RAY_gcs_server_request_timeout_seconds", value: "5" },
  { name: "RAY_SERVE_KV_TIMEOUT_S", value: "5" },
];

function headAddress({ headServiceFqdn }: PodContext): readonly EnvVar[] {
  const [serviceName = ""] = headServiceFqdn.split(".");
  return [
    { name: ENV.headFqdn, value: headServiceFqdn },
    { name: ENV.headServiceName, value: serviceName },
  ];
}

function usageTags({ cluster, operatorVersion }: PodContext): string {
  return `kuberay_version=${operatorVersion};kuberay_crd=${clusterOrigin(cluster)}`;
}
