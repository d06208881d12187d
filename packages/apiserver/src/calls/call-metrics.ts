import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { Method } from "./methods.ts";

/** What is counted of calls, in the families of go-grpc-prometheus: dashboards made for KubeRay's server go on. */
export interface CallMetrics {
  /** Count a call that begins. Call what comes back with its seconds and the name of its code when it has ended. */
  start(method: Method): (seconds: number, code: string) => void;
  readonly contentType: string;
  text(): Promise<string>;
}

export interface CallMetricsOptions {
  /** Tell of this process too: memory, CPU, event loop. @default false */
  readonly hasProcessMetrics?: boolean;
}

/** go-grpc-prometheus' buckets of `grpc_server_handling_seconds`. */
const HANDLING_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LABELS = ["grpc_type", "grpc_service", "grpc_method"];

/** Metrics of their own registry: two servers in one process do not meet. */
export function callMetrics({ hasProcessMetrics = false }: CallMetricsOptions = {}): CallMetrics {
  const register = new Registry();
  const counter = (name: string, help: string, labelNames = LABELS): Counter =>
    new Counter({ name, help, labelNames, registers: [register] });
  const started = counter("grpc_server_started_total", "Calls that have begun.");
  const handled = counter("grpc_server_handled_total", "Calls that have ended, by code.", [
    ...LABELS,
    "grpc_code",
  ]);
  const received = counter("grpc_server_msg_received_total", "Messages received.");
  const sent = counter("grpc_server_msg_sent_total", "Messages sent.");
  const seconds = new Histogram({
    name: "grpc_server_handling_seconds",
    help: "How long calls took.",
    labelNames: LABELS,
    buckets: HANDLING_BUCKETS,
    registers: [register],
  });
  if (hasProcessMetrics) collectDefaultMetrics({ register });
  return {
    start(method) {
      const labels = labelsOf(method);
      started.inc(labels);
      received.inc(labels);
      return (took, code) => {
        if (code === "OK") sent.inc(labels);
        handled.inc({ ...labels, grpc_code: code });
        seconds.observe(labels, took);
      };
    },
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}

function labelsOf({ service, name }: Method): Readonly<Record<string, string>> {
  return { grpc_type: "unary", grpc_service: service, grpc_method: name };
}
