/** The node's own address in the pods' network: the Kubernetes API and the proxy are found there. */
export const NODE_IP = "10.244.0.1";

/** All pods of the node. The network lives in namespaces of its own: any number of nodes on one machine may use it. */
export const POD_CIDR = "10.244.0.0/16";

/** Where pods find the Kubernetes API on {@link NODE_IP}. */
export const API_PORTS: readonly number[] = [443, 6443];

/** Where pods find the way to the internet on {@link NODE_IP}. */
export const PROXY_PORT = 3128;

export const POD_PREFIX_LENGTH = 16;

/** How many pods the network has addresses for. */
export const MOST_PODS: number = 65_536 - 256 - 256;

/** The address of the pod with this number; numbers go round. */
export function podIp(serial: number): string {
  const host = 256 + (serial % MOST_PODS);
  return `10.244.${host >> 8}.${host & 255}`;
}

/** Whether `host` is an address, not a name, in the pods' network. */
export function isPodIp(host: string): boolean {
  return /^10\.244\.\d+\.\d+$/.test(host);
}
