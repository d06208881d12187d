import type { MetricsSource } from "@heliostat/kube";

/** Metrics of a node that is there before its kubelet: until that has started, nothing is used. */
export class LateMetrics implements MetricsSource {
  #source: MetricsSource | undefined;

  /** From now on `source` answers. */
  use(source: MetricsSource): void {
    this.#source = source;
  }

  pods: MetricsSource["pods"] = async () => (await this.#source?.pods()) ?? [];
  nodes: MetricsSource["nodes"] = async () => (await this.#source?.nodes()) ?? [];
}
