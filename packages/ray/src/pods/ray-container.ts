import type { Container, EnvVar } from "@heliostat/kube";
import type { RayPod } from "./pod-context.ts";

/** The container that runs Ray: always the first (KubeRay's contract, on which Ray's autoscaler relies). */
export function rayContainer({ spec }: RayPod): Container {
  const [container] = spec.containers;
  if (!container) throw new Error("Cannot build a Ray pod: its template has no container");
  return container;
}

/** The pod with its Ray container changed. */
export function withRayContainer(pod: RayPod, change: (container: Container) => Container): RayPod {
  const [, ...others] = pod.spec.containers;
  return { ...pod, spec: { ...pod.spec, containers: [change(rayContainer(pod)), ...others] } };
}

/** The pod with the container of this name changed, wherever it stands; the same pod when there is none. */
export function withContainer(
  pod: RayPod,
  name: string,
  change: (container: Container) => Container,
): RayPod {
  const changed = (container: Container) => (container.name === name ? change(container) : container);
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(changed),
      ...(initContainers && { initContainers: initContainers.map(changed) }),
    },
  };
}

/**
 * The container with variables that are ours to set: they take the place of what the user wrote under the same names.
 * (KubeRay appends and leaves two of a name, of which the last counts; server-side apply refuses such a list.)
 */
export function withEnv(container: Container, variables: readonly EnvVar[]): Container {
  const kept = (container.env ?? []).filter(({ name }) =>
    variables.every((variable) => variable.name !== name),
  );
  return { ...container, env: [...kept, ...variables] };
}

/** The container with variables where the user has not set them. */
export function withDefaultEnv(container: Container, variables: readonly EnvVar[]): Container {
  const present = container.env ?? [];
  const absent = variables.filter(({ name }) => present.every((variable) => variable.name !== name));
  return { ...container, env: [...present, ...absent] };
}

/** A variable that Kubernetes fills in from a field of the pod. */
export function fieldVariable(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** A variable that Kubernetes fills in from a label of the pod. */
export function labelVariable(name: string, label: string): EnvVar {
  return fieldVariable(name, `metadata.labels['${label}']`);
}
