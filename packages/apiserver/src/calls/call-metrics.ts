import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { Method } from "./methods.ts";

/** What is counted of calls, in the families of go-grpc-prometheus: dashboards made for KubeRay's server go on. */
export interface CallMetrics {
  /** Count a call that begins. Call what comes back with its seconds and the name of its code when it has ended. */
  start(method: Pick<Method, "service" | "name">): (seconds: number, code: string) => void;
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
  const tallies = new Map<string, Tally>();
  const seconds = new Histogram({
    name: "grpc_server_handling_seconds",
    help: "How long calls took.",
    labelNames: LABELS,
    buckets: HANDLING_BUCKETS,
    registers: [register],
  });
  addCounters(register, tallies);
  if (hasProcessMetrics) collectDefaultMetrics({ register });
  return {
    start({ service, name }) {
      const tally = tallyOf(tallies, service, name);
      tally.started++;
      return (took, code) => {
        tally.handled.set(code, (tally.handled.get(code) ?? 0) + 1);
        seconds.observe(tally.labels, took);
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
  readonly handled: Map<string, number>;
}

function tallyOf(tallies: Map<string, Tally>, service: string, name: string): Tally {
  const key = `${service}/${name}`;
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const labels = { grpc_type: "unary", grpc_service: service, grpc_method: name };
  const made: Tally = { labels, started: 0, handled: new Map() };
  tallies.set(key, made);
  return made;
}

function addCounters(register: Registry, tallies: ReadonlyMap<string, Tally>): void {
  const families: readonly Family[] = [
    { name: "grpc_server_started_total", help: "Calls that have begun.", of: ({ started }) => started },
    { name: "grpc_server_msg_received_total", help: "Messages received.", of: ({ started }) => started },
    {
      name: "grpc_server_msg_sent_total",
      help: "Messages sent.",
      of: ({ handled }) => handled.get("OK") ?? 0,
    },
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
        for (const [code, count] of handled) this.inc({ ...labels, grpc_code: code }, count);
      }
    },
  });
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly of: (tally: Tally) => number;
}
