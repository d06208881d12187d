import { KubeError, type Pod, type Service } from "@heliostat/kube";

/** The name in a proxy's path: `[SCHEME:]NAME[:PORT]`. */
export interface ProxyAddress {
  readonly name: string;
  /** A number or a port's name; absent: the only one, or the first. */
  readonly port?: string;
}

/** @throws KubeError `BadRequest` when it is none, or wants TLS behind the proxy */
export function proxyAddress(text: string): ProxyAddress {
  const match = /^(?:(https?):)?([^:]+)(?::([^:]*))?$/.exec(text);
  const [, scheme, name, port] = match ?? [];
  if (name === undefined) throw new KubeError("BadRequest", `invalid proxy request "${text}"`);
  if (scheme === "https") {
    throw new KubeError("BadRequest", `Cannot proxy to "${text}": only plain HTTP is spoken to pods here`);
  }
  return port ? { name, port } : { name };
}

/** The number of the port that is meant. @throws KubeError `BadRequest`, `Unavailable` */
export function podPort(pod: Pod, port: string | undefined): number {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  if (port === undefined) return ports[0]?.containerPort ?? 80;
  const number = Number(port);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  const named = ports.find(({ name }) => name === port);
  if (named) return named.containerPort;
  throw new KubeError("Unavailable", `no port "${port}" found for pod "${pod.metadata.name}"`);
}

/** The port of its pods to which a service sends what comes to `port`: a number or a name. @throws KubeError `Unavailable` */
export function targetPort(service: Service, port: string | undefined): string {
  const ports = service.spec?.ports ?? [];
  const found =
    port === undefined && ports.length === 1
      ? ports[0]
      : ports.find((each) => each.name === port || String(each.port) === port);
  if (found) return String(found.targetPort ?? found.port);
  throw new KubeError(
    "Unavailable",
    `no service port "${port ?? ""}" found for service "${service.metadata.name}"`,
  );
}

/** Whether a service sends anything to this pod. */
export function isReady(pod: Pod): boolean {
  const isDeleted = pod.metadata.deletionTimestamp !== undefined;
  return (
    !isDeleted &&
    (pod.status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True")
  );
}

/** Where a pod is: the path below which callers find it, and what it calls itself. */
export interface ProxiedPlace {
  readonly root: string;
  readonly host: string;
}

/** A redirection to the pod itself, as callers can follow it: through the proxy again (Kubernetes rule). */
export function seenFromOutside(location: string, { root, host }: ProxiedPlace): string {
  const own = `http://${host}`;
  const path = location.startsWith(`${own}/`) ? location.slice(own.length) : location;
  const isOwn = path.startsWith("/") && !path.startsWith("//") && !path.startsWith(`${root}/`);
  return isOwn ? `${root}${path}` : path;
}
