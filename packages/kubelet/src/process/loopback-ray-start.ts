/** The ports that one Ray node has to itself on a loopback that all nodes share. */
export type RayPorts = Readonly<Record<RayPortName, number>>;

type RayPortName = (typeof RAY_PORT_NAMES)[number];

/** One for each thing of a Ray node that listens; the last two are told by environment variables. */
export const RAY_PORT_NAMES = [
  "port",
  "dashboard-port",
  "ray-client-server-port",
  "dashboard-agent-listen-port",
  "metrics-export-port",
  "node-manager-port",
  "object-manager-port",
  "dashboard-agent-grpc-port",
  "runtime-env-agent-port",
  "dashboard-metrics",
  "autoscaler-metrics",
] as const;

/** A port as the pod's manifest knows it, and where it is on the loopback instead. */
export type PortMap = ReadonlyMap<number, number>;

export interface LoopbackRayStart {
  readonly line: string;
  /** Empty when the line starts no Ray. */
  readonly ports: PortMap;
}

/** What a Ray node has to itself. */
export interface RayPlace {
  readonly ports: RayPorts;
  /** A short path: sockets lie in it. */
  readonly tempDir: string;
}

/**
 * Rewrite the `ray start` in a line of shell so that its node shares one loopback with others: every port its own, a
 * folder of its own, and no address that others could reach. The rest of the line stays as it is.
 */
export function loopbackRayStart(line: string, place: RayPlace): LoopbackRayStart {
  const published = new Map<number, number>();
  const rewritten = line.replace(RAY_START, (_, flags: string) => {
    const { kept, given } = withoutFlags(flags);
    const names = /(?<!\S)--head(?!\S)/.test(flags) ? [...HEAD_PORTS, ...NODE_PORTS] : NODE_PORTS;
    for (const name of names) {
      const containerPort = Number(given.get(name) ?? DEFAULT_PORTS[name]);
      if (containerPort > 0) published.set(containerPort, place.ports[name]);
    }
    return `ray start ${[kept, ...addedFlags(names, kept, place)].join(" ")} `;
  });
  return { line: rewritten, ports: published };
}

/** A bare `ray start` as a line of shell: as such it can be rewritten. Other commands stay as they are. */
export function withShell(command: readonly string[]): readonly string[] {
  const [program = "", verb] = command;
  if (verb !== "start" || !/(^|\/)ray$/.test(program)) return command;
  const flags = command
    .slice(2)
    .map((word) => (/^[\w./=:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ["/bin/bash", "-c", ["exec ray start", ...flags].join(" ")];
}

/** The command up to where the shell ends it, but for what quotes hide. A path before `ray` would pass our own by. */
const RAY_START = /(?<![\w./-])(?:\S*\/)?ray +start(?![\w-])((?:'[^']*'|"[^"]*"|\\.|[^'"\\;&|\n])*)/g;

const HEAD_PORTS: readonly RayPortName[] = ["port", "dashboard-port", "ray-client-server-port"];
const NODE_PORTS: readonly RayPortName[] = [
  "dashboard-agent-listen-port",
  "metrics-export-port",
  "node-manager-port",
  "object-manager-port",
  "dashboard-agent-grpc-port",
  "runtime-env-agent-port",
];

/** Where Ray listens when its line does not say; the others are then at random and nobody asks for them. */
const DEFAULT_PORTS: Readonly<Partial<Record<RayPortName, number>>> = {
  port: 6379,
  "dashboard-port": 8265,
  "ray-client-server-port": 10001,
  "dashboard-agent-listen-port": 52365,
};

function addedFlags(
  names: readonly RayPortName[],
  kept: string,
  { ports, tempDir }: RayPlace,
): readonly string[] {
  return [
    ...names.map((name) => `--${name}=${ports[name]}`),
    ...(names.includes("port") ? ["--dashboard-host=127.0.0.1"] : []),
    ...RANDOM_WORKER_PORTS,
    `--temp-dir=${tempDir}`,
    ...(kept.includes("--object-store-memory") ? [] : [`--object-store-memory=${OBJECT_STORE_BYTES}`]),
  ];
}

/** Ray's own ranges would overlap from node to node; 0 lets the kernel choose. */
const RANDOM_WORKER_PORTS = ["--min-worker-port=0", "--max-worker-port=0"];

/** Without it each node takes a third of the machine's memory for its own. */
const OBJECT_STORE_BYTES = 256 * 1024 * 1024;

const REPLACED: readonly string[] = [
  ...HEAD_PORTS,
  ...NODE_PORTS,
  ...[
    "dashboard-host",
    "min-worker-port",
    "max-worker-port",
    "worker-port-list",
    "temp-dir",
    "node-ip-address",
  ],
];

function withoutFlags(flags: string): {
  readonly kept: string;
  readonly given: ReadonlyMap<string, string>;
} {
  const given = new Map<string, string>();
  const flag = new RegExp(`(?<!\\S)--(${REPLACED.join("|")})(?:=|\\s+)(\\S+)`, "g");
  const kept = flags.replace(flag, (_, name: string, value: string) => {
    given.set(name, value.replace(/^(["'])(.*)\1$/, "$2"));
    return "";
  });
  return { kept: kept.trim(), given };
}
