import type { Container, ContainerPort, PodSpec, PodTemplateSpec, Probe, Volume } from "@heliostat/kube";

/** What Kubernetes fills into the spec of a pod, and of every template of pods. */
export function defaultedPodSpec(spec: PodSpec): PodSpec {
  const isOnHost = spec.hostNetwork === true;
  const container = (each: Container): Container => defaultedContainer(each, isOnHost);
  const { serviceAccount, serviceAccountName = serviceAccount } = spec;
  return {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    schedulerName: "default-scheduler",
    ...spec,
    ...(serviceAccountName && { serviceAccountName, serviceAccount: serviceAccountName }),
    ...(spec.volumes && { volumes: spec.volumes.map(defaultedVolume) }),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(container) }),
    containers: spec.containers.map(container),
  };
}

export function defaultedTemplate(template: PodTemplateSpec): PodTemplateSpec {
  return template.spec ? { ...template, spec: defaultedPodSpec(template.spec) } : template;
}

function defaultedContainer(container: Container, isOnHost: boolean): Container {
  const { ports, livenessProbe, readinessProbe, startupProbe, resources = {} } = container;
  const { limits, requests } = resources;
  return {
    imagePullPolicy: pullPolicyOf(container.image ?? ""),
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    ...container,
    resources: limits ? { ...resources, requests: { ...limits, ...requests } } : resources,
    ...(ports && { ports: ports.map((port) => defaultedPort(port, isOnHost)) }),
    ...(livenessProbe && { livenessProbe: defaultedProbe(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: defaultedProbe(readinessProbe) }),
    ...(startupProbe && { startupProbe: defaultedProbe(startupProbe) }),
    ...(container.env && { env: container.env.map(defaultedEnv) }),
  };
}

/** `latest`, written or meant, is pulled each time; any other tag and every digest only when absent. */
export function pullPolicyOf(image: string): string {
  if (image.includes("@")) return "IfNotPresent";
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? "latest";
  return tag === "latest" ? "Always" : "IfNotPresent";
}

function defaultedPort(port: ContainerPort, isOnHost: boolean): ContainerPort {
  return { protocol: "TCP", ...(isOnHost && { hostPort: port.containerPort }), ...port };
}

function defaultedProbe(probe: Probe): Probe {
  return {
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    ...probe,
    ...(probe.httpGet && { httpGet: { path: "/", scheme: "HTTP", ...probe.httpGet } }),
    ...(probe.grpc && { grpc: { service: "", ...probe.grpc } }),
  };
}

type EnvVar = NonNullable<Container["env"]>[number];

function defaultedEnv(variable: EnvVar): EnvVar {
  const fieldRef = variable.valueFrom?.fieldRef;
  if (!fieldRef) return variable;
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: { apiVersion: "v1", ...fieldRef } } };
}

const FILE_MODE = 0o644;

function defaultedVolume(volume: Volume): Volume {
  const { name, configMap, secret, projected, downwardAPI, hostPath, ...others } = volume;
  return {
    name,
    ...others,
    ...(hostPath && { hostPath: { type: "", ...hostPath } }),
    ...(configMap && { configMap: { defaultMode: FILE_MODE, ...configMap } }),
    ...(secret && { secret: { defaultMode: FILE_MODE, ...secret } }),
    ...(projected && { projected: { defaultMode: FILE_MODE, ...projected } }),
    ...(downwardAPI && { downwardAPI: { defaultMode: FILE_MODE, ...downwardAPI } }),
    ...(Object.keys(volume).length === 1 && { emptyDir: {} }),
  };
}
