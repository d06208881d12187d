/** What a child says once it serves, and when it is asked for its CPU time. */
export interface ChildWord {
  readonly http?: string;
  readonly grpc?: string;
  readonly cpuMs: number;
  /** How often Kubernetes has been read. */
  readonly reads: number;
}

export const BENCH_TOKEN = "bench-token-0123456789";
export const CLUSTERS = 1_000;
