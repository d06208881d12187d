import type { Reconciler, RunningControllers } from "@heliostat/controller";
import type { KubeClient } from "@heliostat/kube";
import { CLUSTER_GAUGES, clusterSamples } from "@heliostat/operator";
import { RAY_CLUSTERS } from "@heliostat/ray";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { type CallSeen, watchedClient } from "./watched-client.ts";
import { type ReconcileSeen, watchedReconciler } from "./watched-reconciler.ts";

/** What an operator measures of itself and of its clusters, and the text that Prometheus reads. */
export interface OperatorMetrics {
  /** The same client, whose calls are counted. */
  client(client: KubeClient): KubeClient;
  /** The same reconcilers, whose work is counted. */
  reconcilers(reconcilers: readonly Reconciler[]): readonly Reconciler[];
  /** Read queues and clusters of these controllers, from now on. */
  follow(running: readonly Followed[]): void;
  text(): Promise<string>;
  readonly contentType: string;
}

/** What is read of a set of controllers. */
type Followed = Pick<RunningControllers, "caches" | "loads">;

export interface OperatorMetricsOptions {
  /** Milliseconds that only grow. */
  nowMs(): number;
  /** Memory, CPU and garbage collection of this process. @default true */
  readonly hasProcess?: boolean;
}

/**
 * The metrics of an operator: of its clusters under KubeRay's names, of its loops and queues under controller-runtime's,
 * so that boards made for those go on working.
 */
export function operatorMetrics({ nowMs, hasProcess = true }: OperatorMetricsOptions): OperatorMetrics {
  const registry = new Registry();
  if (hasProcess) collectDefaultMetrics({ register: registry });
  const onReconcile = reconcileCounters(registry);
  const onCall = callCounters(registry);
  let followed: readonly Followed[] = [];
  clusterGauges(registry, () => followed.flatMap(({ caches }) => caches.of(RAY_CLUSTERS).list()));
  queueGauges(registry, () => followed.flatMap((each) => each.loads()));
  return {
    client: (client) => watchedClient(client, { nowMs, onCall }),
    reconcilers: (all) => all.map((each) => watchedReconciler(each, { nowMs, onReconcile })),
    follow: (running) => {
      followed = running;
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Upper bounds in seconds, from a look into a cache to a call that waits for a slow API. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

function reconcileCounters(registry: Registry): (seen: ReconcileSeen) => void {
  const registers = [registry];
  const total = new Counter({
    ...{ registers, labelNames: ["controller", "result"] as const },
    name: "controller_runtime_reconcile_total",
    help: "Reconciles, by how they ended: success, requeue_after or error",
  });
  const errors = new Counter({
    ...{ registers, labelNames: ["controller"] as const },
    name: "controller_runtime_reconcile_errors_total",
    help: "Reconciles that ended with an error",
  });
  const seconds = new Histogram({
    ...{ registers, labelNames: ["controller"] as const, buckets: BUCKETS },
    name: "controller_runtime_reconcile_time_seconds",
    help: "How long a reconcile took",
  });
  return ({ controller, result, durationMs }) => {
    total.inc({ controller, result });
    if (result === "error") errors.inc({ controller });
    seconds.observe({ controller }, durationMs / 1000);
  };
}

function callCounters(registry: Registry): (seen: CallSeen) => void {
  const registers = [registry];
  const requests = new Counter({
    ...{ registers, labelNames: ["verb", "resource", "code"] as const },
    name: "heliostat_api_requests_total",
    help: "Requests to the Kubernetes API, by verb, resource and status code",
  });
  const writes = new Counter({
    ...{ registers, labelNames: ["resource"] as const },
    name: "heliostat_api_writes_total",
    help: "Requests that changed something",
  });
  const seconds = new Histogram({
    ...{ registers, labelNames: ["verb"] as const, buckets: BUCKETS },
    name: "rest_client_request_duration_seconds",
    help: "How long a request took, watches left out",
  });
  return ({ verb, resource, code, durationMs, isWrite }) => {
    requests.inc({ verb, resource, code: String(code) });
    if (isWrite && code < 300) writes.inc({ resource });
    seconds.observe({ verb }, durationMs / 1000);
  };
}

function clusterGauges(registry: Registry, clusters: () => Parameters<typeof clusterSamples>[1]): void {
  for (const family of CLUSTER_GAUGES) {
    new Gauge({
      registers: [registry],
      name: family.name,
      help: family.help,
      labelNames: [...family.labelNames],
      collect() {
        // A cluster that is gone must not be told of any longer.
        this.reset();
        for (const { labels, value } of clusterSamples(family, clusters())) this.set(labels, value);
      },
    });
  }
}

function queueGauges(registry: Registry, loads: RunningControllers["loads"]): void {
  const gauges = [
    ["workqueue_depth", "Keys that could be reconciled now", "ready"],
    [
      "heliostat_queue_delayed",
      "Keys that wait for a time of theirs: a retry, or a look that was asked for",
      "delayed",
    ],
    ["controller_runtime_active_workers", "Reconciles that run", "running"],
    ["controller_runtime_max_concurrent_reconciles", "Reconciles that may run side by side", "workers"],
  ] as const;
  for (const [name, help, field] of gauges) {
    const label = name === "workqueue_depth" ? "name" : "controller";
    new Gauge({
      registers: [registry],
      ...{ name, help, labelNames: [label] },
      collect() {
        this.reset();
        for (const load of loads()) this.inc({ [label]: load.controller }, load[field]);
      },
    });
  }
}
