import { isConditionTrue, isTerminating, type KubeObject, keyOf, PODS, type Pod } from "@heliostat/kube";
import { BY_NAMESPACE, type Index, type RunningInformer, startInformer } from "@heliostat/watch-cache";
import type { CacheOptions } from "./kind-cache.ts";

/** What is known of a pod; the rest is not kept. */
export interface PodFacts {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** RFC 3339, by the API's clock. */
  readonly createdAt: string;
  readonly isReady: boolean;
  readonly isTerminating: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** The uid of the controller, where there is one. */
  readonly controllerUid?: string;
}

/** The pods of the namespace, by the labels by which clusters find theirs. */
export class PodCache {
  readonly #pods: RunningInformer<Pod>;
  readonly #namespace: string;

  constructor({ client, clock, random, logger, namespace, signal }: CacheOptions) {
    this.#namespace = namespace;
    this.#pods = startInformer<Pod>(client, PODS, {
      clock,
      random,
      logger,
      namespace,
      signal,
      transform: withoutSpec,
    });
  }

  get hasSynced(): Promise<void> {
    return this.#pods.hasSynced;
  }

  named(name: string): PodFacts | undefined {
    const pod = this.#pods.get(keyOf({ namespace: this.#namespace, name }));
    return pod && factsOf(pod);
  }

  /** Pods with all these labels, the oldest first. */
  withLabels(labels: Readonly<Record<string, string>>): readonly PodFacts[] {
    const wanted = Object.entries(labels);
    return this.#pods
      .byIndex(LABELS, keyed(labels))
      .filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value))
      .map(factsOf)
      .sort(
        (left, right) => left.createdAt.localeCompare(right.createdAt) || left.name.localeCompare(right.name),
      );
  }

  count(): number {
    return this.#pods.byIndex(BY_NAMESPACE, this.#namespace).length;
  }
}

/** Labels whose values are names of clusters, and so few pods each. */
const NAMING = [
  "ray.io/cluster",
  "app.kubernetes.io/instance",
  "dask.org/cluster-name",
  "dask.org/workergroup-name",
] as const;

const LABELS: Index<Pod> = {
  name: "labels that name clusters",
  valuesOf: ({ metadata }) =>
    NAMING.flatMap((key) => {
      const value = metadata.labels?.[key];
      return value === undefined ? [] : [`${key}=${value}`];
    }),
};

function keyed(labels: Readonly<Record<string, string>>): string {
  const key = NAMING.find((each) => labels[each] !== undefined);
  if (key === undefined) throw new Error(`Cannot find pods: none of ${Object.keys(labels)} names a cluster`);
  return `${key}=${labels[key]}`;
}

function withoutSpec(pod: Pod): Pod {
  const { spec: _, status, ...rest } = pod;
  const conditions = (status?.conditions ?? []).filter(({ type }) => type === "Ready");
  return { ...rest, status: { conditions } } as unknown as Pod;
}

function factsOf(pod: Pod): PodFacts {
  const {
    name,
    namespace = "",
    uid = "",
    creationTimestamp = "",
    labels = {},
    ownerReferences = [],
  } = pod.metadata;
  const controller = ownerReferences.find((each) => each.controller === true);
  return {
    name,
    namespace,
    uid,
    createdAt: String(creationTimestamp),
    isReady: isConditionTrue(pod.status?.conditions ?? [], "Ready"),
    isTerminating: isTerminating(pod as KubeObject),
    labels,
    ...(controller && { controllerUid: controller.uid }),
  };
}
