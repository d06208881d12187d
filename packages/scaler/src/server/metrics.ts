import { Counter, Histogram, Registry } from "prom-client";

/** What is counted. */
export interface ScalerMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  answered(request: { readonly method: string; readonly route: string; readonly status: number }): void;
  took(route: string, ms: number): void;
  scaled(scaling: { readonly kind: string; readonly mode: string; readonly isCapped: boolean }): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function scalerMetrics(): ScalerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "scaler_requests_total",
    help: "Requests answered, by route and status",
    labelNames: ["method", "route", "code"],
    registers,
  });
  const durations = new Histogram({
    name: "scaler_request_duration_seconds",
    help: "How long an answer took",
    labelNames: ["route"],
    buckets: SECONDS,
    registers,
  });
  const scalings = new Counter({
    name: "scaler_scale_total",
    help: "Accepted requests to scale",
    labelNames: ["kind", "mode", "capped"],
    registers,
  });
  // Looking a counter up by its labels costs more than counting.
  const counters = new Map<string, ReturnType<typeof requests.labels>>();
  const histograms = new Map<string, ReturnType<typeof durations.labels>>();
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered({ method, route, status }) {
      const key = `${method} ${route} ${status}`;
      const counter = counters.get(key) ?? requests.labels(method, route, String(status));
      counters.set(key, counter);
      counter.inc();
    },
    took(route, ms) {
      const histogram = histograms.get(route) ?? durations.labels(route);
      histograms.set(route, histogram);
      histogram.observe(ms / 1000);
    },
    scaled: ({ kind, mode, isCapped }) => scalings.labels(kind, mode, String(isCapped)).inc(),
  };
}
