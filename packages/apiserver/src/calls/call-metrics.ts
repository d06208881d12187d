import { Counter, collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { Method } from "./methods.ts";

/** What is counted of calls, in the families of go-grpc-prometheus: dashboards made for KubeRay's server go on. */
export interface CallMetrics {
  /** Count a call that begins. Call what comes back with its seconds and the name of its code when it has ended. */
  start(method: Pick<Method, "service" | "name">): (seconds: number, code: string) => void;
  /** The same for a call that answers with a stream; each of its messages counts. */
  startStream(method: Pick<Method, "service" | "name">): StreamCounter;
  readonly contentType: string;
  text(): Promise<string>;
}

interface StreamCounter {
  sent(): void;
  end(seconds: number, code: string): void;
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
  const tallies = new Map<string, Tally>();
  addCounters(register, tallies);
  register.registerMetric(handlingSeconds(tallies));
  if (hasProcessMetrics) collectDefaultMetrics({ register });
  return {
    start(method) {
      const tally = tallyOf(tallies, method, "unary");
      tally.started++;
      return (took, code) => {
        if (code === "OK") tally.sent++;
        end(tally, took, code);
      };
    },
    startStream(method) {
      const tally = tallyOf(tallies, method, "server_stream");
      tally.started++;
      return {
        sent: () => void tally.sent++,
        end: (took, code) => end(tally, took, code),
      };
    },
    contentType: register.contentType,
    text: () => register.metrics(),
  };
}

/** The counts of one method. Calls count here, which costs nothing; the registry asks when somebody looks. */
interface Tally {
  readonly labels: Readonly<Record<string, string>>;
  started: number;
  /** Messages. */
  sent: number;
  readonly handled: Map<string, number>;
  /** How many calls took at most as long as each of {@link HANDLING_BUCKETS}, and no less than the one before. */
  readonly buckets: number[];
  seconds: number;
}

function tallyOf(
  tallies: Map<string, Tally>,
  { service, name }: Pick<Method, "service" | "name">,
  type: "unary" | "server_stream",
): Tally {
  const key = `${service}/${name}`;
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const labels = { grpc_type: type, grpc_service: service, grpc_method: name };
  const made: Tally = {
    labels,
    started: 0,
    sent: 0,
    handled: new Map(),
    buckets: HANDLING_BUCKETS.map(() => 0),
    seconds: 0,
  };
  tallies.set(key, made);
  return made;
}

function end(tally: Tally, took: number, code: string): void {
  tally.handled.set(code, (tally.handled.get(code) ?? 0) + 1);
  tally.seconds += took;
  const bucket = HANDLING_BUCKETS.findIndex((limit) => took <= limit);
  if (bucket >= 0) tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1;
}

/** A histogram of prom-client's, but one that is filled from the tallies. */
function handlingSeconds(tallies: ReadonlyMap<string, Tally>): Metric {
  const name = "grpc_server_handling_seconds";
  const metric = {
    name,
    help: "How long calls took.",
    type: "histogram",
    get: async () => ({ ...metric, values: [...tallies.values()].flatMap((tally) => valuesOf(name, tally)) }),
    reset: () => undefined,
  };
  // The registry reads no more of a metric than this.
  return metric as unknown as Metric;
}

interface Value {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function valuesOf(name: string, { labels, buckets, handled, seconds }: Tally): readonly Value[] {
  const calls = [...handled.values()].reduce((sum, each) => sum + each, 0);
  let below = 0;
  const limits = HANDLING_BUCKETS.map((limit, index) => {
    below += buckets[index] ?? 0;
    return { metricName: `${name}_bucket`, labels: { le: String(limit), ...labels }, value: below };
  });
  return [
    ...limits,
    { metricName: `${name}_bucket`, labels: { le: "+Inf", ...labels }, value: calls },
    { metricName: `${name}_sum`, labels, value: seconds },
    { metricName: `${name}_count`, labels, value: calls },
  ];
}

function addCounters(register: Registry, tallies: ReadonlyMap<string, Tally>): void {
  const families: readonly Family[] = [
    { name: "grpc_server_started_total", help: "Calls that have begun.", of: ({ started }) => started },
    { name: "grpc_server_msg_received_total", help: "Messages received.", of: ({ started }) => started },
    { name: "grpc_server_msg_sent_total", help: "Messages sent.", of: ({ sent }) => sent },
  ];
  for (const { name, help, of } of families) {
    new Counter({
      name,
      help,
      labelNames: LABELS,
      registers: [register],
      collect() {
        this.reset();
        for (const tally of tallies.values()) this.inc(tally.labels, of(tally));
      },
    });
  }
  new Counter({
    name: "grpc_server_handled_total",
    help: "Calls that have ended, by code.",
    labelNames: [...LABELS, "grpc_code"],
    registers: [register],
    collect() {
      this.reset();
      for (const { labels, handled } of tallies.values()) {
        for (const [code, count] of handled) this.inc({ ...labels, grpc_code: GO_WORD[code] ?? code }, count);
      }
    },
  });
}

/** Where Go spells a code otherwise. */
const GO_WORD: Readonly<Record<string, string>> = { Cancelled: "Canceled" };

interface Family {
  readonly name: string;
  readonly help: string;
  readonly of: (tally: Tally) => number;
}
