import { rayContainerOf } from "../raycluster/ray-container.ts";
import type { RayCluster } from "../raycluster/types.ts";
import { PORT, PORT_NAME } from "../vocabulary/ports.ts";

/** A port of the head that services offer. */
export interface HeadPort {
  readonly name: string;
  readonly port: number;
}

/**
 * The head's ports by name: those that its Ray container lists, or else Ray's usual ones; the metrics port in any case.
 * What `rayStartParams` say of ports does not count (KubeRay rule).
 */
export function headPorts({ spec }: RayCluster): readonly HeadPort[] {
  const { ports: own = [] } = rayContainerOf(spec.headGroupSpec.template) ?? {};
  const listed = own.map(({ name, containerPort }): [string, number] => [
    name || `${containerPort}-port`,
    containerPort,
  ]);
  const ports = new Map(listed.length > 0 ? listed : USUAL_PORTS);
  if (!ports.has(PORT_NAME.metrics)) ports.set(PORT_NAME.metrics, PORT.metrics);
  return [...ports]
    .map(([name, port]) => ({ name, port }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

const USUAL_PORTS: readonly [string, number][] = [
  [PORT_NAME.client, PORT.client],
  [PORT_NAME.gcsServer, PORT.gcsServer],
  [PORT_NAME.dashboard, PORT.dashboard],
  [PORT_NAME.metrics, PORT.metrics],
  [PORT_NAME.serve, PORT.serve],
];
