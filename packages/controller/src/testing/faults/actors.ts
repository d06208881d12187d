import {
  type Clock,
  isTerminating,
  JOBS,
  type Job,
  type Json,
  type KubeClient,
  type KubeObject,
  nameOf,
  PODS,
  type Pod,
  type Resource,
  timestamp,
} from "@heliostat/kube";
import { FOREIGN_FINALIZER } from "./general-invariants.ts";
import type { Revision, State } from "./revision-log.ts";
import type { Fate } from "./scenario.ts";

interface Stage {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly state: State;
  readonly resources: readonly Resource[];
}

const READY_AFTER_MS = 1000;
const GONE_AFTER_MS = 400;
const COLLECTED_AFTER_MS = 300;

/**
 * The rest of a cluster, as far as a controller can tell: a node on which pods become what fate wants, jobs that end,
 * and a garbage collector. They are quick and never fail; what fails is the business of faults.
 */
export class Actors {
  readonly #stage: Stage;
  readonly #fates: Fate[] = [];
  #address = 10;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  decide(fate: Fate): void {
    this.#fates.push(fate);
    for (const resource of [PODS, JOBS] as readonly Resource[]) {
      for (const object of this.#stage.state.of(resource)) this.#begin(resource, object);
    }
  }

  /** Somebody has changed something. */
  see({ resource, before, after }: Revision): void {
    if (!after && before) this.#collectAfter(before);
    if (after && !before) this.#collectOrphan(resource, after);
    if (after && hasPromise(after)) this.#later(COLLECTED_AFTER_MS, () => this.#keepPromise(resource, after));
    if (after && (resource.plural === "pods" || resource.plural === "jobs"))
      this.#play(resource, after, before);
  }

  #play(resource: Resource, after: KubeObject, before: KubeObject | undefined): void {
    if (before?.metadata.uid !== after.metadata.uid) this.#begin(resource, after);
    const hasBegunToEnd = isTerminating(after) && !(before && isTerminating(before));
    if (resource.plural === "pods" && hasBegunToEnd)
      this.#later(GONE_AFTER_MS, () => this.#endPod(after as Pod));
  }

  #fateOf({ metadata }: KubeObject): Fate["becomes"] {
    const labels = metadata.labels ?? {};
    const fate = this.#fates.findLast((each) =>
      Object.entries(each.labels).every(([name, value]) => labels[name] === value),
    );
    return fate?.becomes ?? "ready";
  }

  #begin(resource: Resource, { metadata }: KubeObject): void {
    this.#later(READY_AFTER_MS, async () => {
      const object = this.#same(resource, metadata);
      if (!object || isTerminating(object)) return;
      if (resource.plural === "jobs") await this.#runJob(object as Job);
      else await this.#runPod(object as Pod);
    });
  }

  async #runPod(pod: Pod): Promise<void> {
    const { client, clock } = this.#stage;
    const fate = this.#fateOf(pod);
    if (fate === "pending" || pod.status?.phase === "Running" || pod.status?.phase === "Failed") return;
    if (fate === "unschedulable") return this.#patchStatus(PODS, pod, unschedulable(clock.now()));
    if (!pod.spec?.nodeName) {
      const binding = { apiVersion: "v1", kind: "Binding", metadata: nameOf(pod), target: { name: "node" } };
      await client.create(PODS, binding as unknown as Pod, { subresource: "binding" });
    }
    this.#address += 1;
    const address = `10.244.0.${this.#address}`;
    const container = pod.spec?.containers?.[0]?.name ?? "main";
    const status = fate === "failed" ? failed(container) : running(container, address, clock.now());
    await this.#patchStatus(PODS, pod, status);
  }

  async #runJob(job: Job): Promise<void> {
    const fate = this.#fateOf(job);
    if (fate === "pending" || fate === "stuck" || job.status?.completionTime) return;
    const time = timestamp(this.#stage.clock.now());
    const type = fate === "failed" ? "Failed" : "Complete";
    const condition = { type, status: "True", lastProbeTime: time, lastTransitionTime: time };
    await this.#patchStatus(JOBS, job, {
      startTime: time,
      ...(type === "Complete" && { completionTime: time, succeeded: 1 }),
      conditions: [
        { ...condition, type: `${type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget"}` },
        condition,
      ],
    });
  }

  async #endPod(pod: Pod): Promise<void> {
    if (!this.#same(PODS, pod.metadata) || this.#fateOf(pod) === "stuck") return;
    await this.#stage.client.delete(PODS, nameOf(pod), { gracePeriodSeconds: 0 });
  }

  /** The second writer has done for an object what it had promised, and lets it go. */
  async #keepPromise(resource: Resource, object: KubeObject): Promise<void> {
    const { resourceVersion = "", finalizers = [] } = object.metadata;
    const left = finalizers.filter((each) => each !== FOREIGN_FINALIZER);
    const body = { metadata: { resourceVersion, finalizers: left } };
    await this.#stage.client.patch(resource, nameOf(object), { patch: { type: "merge", body } });
  }

  #patchStatus(resource: Resource, object: KubeObject, status: object): Promise<void> {
    const patch = { type: "merge", body: { status } as Json } as const;
    return this.#stage.client
      .patch(resource, nameOf(object), { subresource: "status", patch })
      .then(() => undefined);
  }

  /** What a gone object owned goes too. */
  #collectAfter(owner: KubeObject): void {
    this.#later(COLLECTED_AFTER_MS, async () => {
      for (const resource of this.#stage.resources) {
        for (const object of this.#stage.state.of(resource)) {
          const owners = object.metadata.ownerReferences ?? [];
          if (owners.some(({ uid }) => uid === owner.metadata.uid)) await this.#collect(resource, object);
        }
      }
    });
  }

  /** What is made for an owner that does not exist goes again. */
  #collectOrphan(resource: Resource, { metadata }: KubeObject): void {
    if (!metadata.ownerReferences?.length) return;
    this.#later(COLLECTED_AFTER_MS, async () => {
      const object = this.#same(resource, metadata);
      const owners = object?.metadata.ownerReferences ?? [];
      const isOwned = owners.some(({ uid }) => this.#exists(uid));
      if (object && owners.length > 0 && !isOwned) await this.#collect(resource, object);
    });
  }

  /** Look at one object again: somebody may have changed its owner. */
  reviewOwner(resource: Resource, object: KubeObject): void {
    this.#collectOrphan(resource, object);
  }

  #exists(uid: string): boolean {
    const { state, resources } = this.#stage;
    return resources.some((resource) => state.of(resource).some(({ metadata }) => metadata.uid === uid));
  }

  async #collect(resource: Resource, object: KubeObject): Promise<void> {
    if (isTerminating(object)) return;
    const { uid = "" } = object.metadata;
    await this.#stage.client.delete(resource, nameOf(object), { preconditions: { uid } });
  }

  #same(resource: Resource, { namespace, name, uid }: KubeObject["metadata"]): KubeObject | undefined {
    const object = this.#stage.state.get(resource, namespace ? `${namespace}/${name}` : name);
    return object?.metadata.uid === uid ? object : undefined;
  }

  #later(ms: number, work: () => Promise<void>): void {
    this.#stage.clock.after(ms, () => {
      // What has changed meanwhile is looked at when it is told of.
      void work().catch(() => undefined);
    });
  }
}

function hasPromise(object: KubeObject): boolean {
  return isTerminating(object) && object.metadata.finalizers?.includes(FOREIGN_FINALIZER) === true;
}

function running(container: string, podIP: string, nowMs: number): object {
  const time = timestamp(nowMs);
  return {
    phase: "Running",
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: time,
    conditions: ["PodScheduled", "ContainersReady", "Ready"].map((type) => ({
      type,
      status: "True",
      lastTransitionTime: time,
    })),
    containerStatuses: [
      {
        name: container,
        ready: true,
        started: true,
        restartCount: 0,
        image: "",
        imageID: "",
        state: { running: { startedAt: time } },
      },
    ],
  };
}

function failed(container: string): object {
  return {
    phase: "Failed",
    reason: "Evicted",
    conditions: [{ type: "Ready", status: "False", reason: "PodFailed" }],
    containerStatuses: [
      {
        name: container,
        ready: false,
        restartCount: 0,
        image: "",
        imageID: "",
        state: { terminated: { exitCode: 1 } },
      },
    ],
  };
}

function unschedulable(nowMs: number): object {
  const message = "0/1 nodes are available: 1 Insufficient cpu.";
  const lastTransitionTime = timestamp(nowMs);
  return {
    phase: "Pending",
    conditions: [
      { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime },
    ],
  };
}
