import { type Node, type NodeCondition, timestamp } from "@heliostat/kube";

/** How the node presents itself. */
export interface NodeOptions {
  readonly name: string;
  /** The node's address, as pods see it. */
  readonly hostIp: string;
  readonly podCidr: string;
  /** What it offers to the scheduler, in Kubernetes' quantities. Nothing enforces it. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly machine: MachineFacts;
  /** How pods run here: `sandbox`, `process`, `simulated`. */
  readonly runtime: string;
}

/** What the machine says about itself. */
export interface MachineFacts {
  /** As Go spells it: `amd64`, `arm64`. */
  readonly architecture: string;
  /** `linux`, `darwin`. */
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly osImage: string;
}

/** The one place that says out loud that capacity is a wish. */
const CAPACITY_ANNOTATION = "heliostat.dev/capacity";
const CAPACITY_WARNING = "nominal: the scheduler counts with it, and nothing on this machine enforces it";
/** The Kubernetes version that the kubelet imitates. */
const KUBELET_VERSION = "v1.33.0-heliostat";

/** The node as it is first written. */
export function nodeObject(options: NodeOptions, nowMs: number): Node {
  const { name, podCidr, machine } = options;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "beta.kubernetes.io/arch": machine.architecture,
        "beta.kubernetes.io/os": machine.operatingSystem,
        "kubernetes.io/arch": machine.architecture,
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": machine.operatingSystem,
      },
      annotations: { [CAPACITY_ANNOTATION]: CAPACITY_WARNING },
    },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr] },
    status: nodeStatus(options, nowMs),
  };
}

/** The status of a node that is well. */
export function nodeStatus(options: NodeOptions, nowMs: number): NonNullable<Node["status"]> {
  const { name, hostIp, capacity, machine, runtime } = options;
  return {
    addresses: [
      { type: "InternalIP", address: hostIp },
      { type: "Hostname", address: name },
    ],
    allocatable: capacity,
    capacity,
    conditions: nodeConditions(nowMs),
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
    nodeInfo: {
      ...machine,
      bootID: "",
      containerRuntimeVersion: `heliostat-${runtime}://1`,
      kubeletVersion: KUBELET_VERSION,
      kubeProxyVersion: "",
      machineID: "",
      systemUUID: "",
    },
  };
}

/** What a node that is well says of itself. */
export function nodeConditions(nowMs: number): readonly NodeCondition[] {
  return [...pressureConditions(nowMs), readyCondition(nowMs)];
}

/** The `Ready` condition of a node that takes pods. */
function readyCondition(nowMs: number): NodeCondition {
  return condition(nowMs, {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
  });
}

/** The `Ready` condition of a node whose kubelet has been told to stop. */
export function stoppedCondition(nowMs: number): NodeCondition {
  return condition(nowMs, {
    type: "Ready",
    status: "False",
    reason: "KubeletNotReady",
    message: "node is shutting down",
  });
}

function pressureConditions(nowMs: number): readonly NodeCondition[] {
  return [
    ["MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
    ["DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
    ["PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ].map(([type = "", reason = "", message = ""]) =>
    condition(nowMs, { type, status: "False", reason, message }),
  );
}

function condition(nowMs: number, words: NodeCondition): NodeCondition {
  return { ...words, lastHeartbeatTime: timestamp(nowMs), lastTransitionTime: timestamp(nowMs) };
}
