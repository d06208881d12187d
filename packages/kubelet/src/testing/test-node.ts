import type { EventRecorder } from "@heliostat/controller";
import { type Json, type KubeClient, keyOf, PODS, type Pod, type PodCondition } from "@heliostat/kube";
import { HandClock, SeededRandom } from "@heliostat/kube/testing";
import { embeddedKubernetes } from "@heliostat/kube-embedded";
import { type Kubelet, startKubelet } from "../kubelet.ts";
import type { TokenRequest } from "../pod/pod-host.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { aPod, type PodWishes } from "./fixtures.ts";

/** A kubelet on an API of its own, in a time that the test turns. */
export interface TestNode<R extends ContainerRuntime> {
  readonly kubelet: Kubelet;
  readonly client: KubeClient;
  readonly clock: HandClock;
  readonly runtime: R;
  readonly tokenRequests: readonly TokenRequest[];
  /** `Reason: note`, of all events so far. */
  readonly events: readonly string[];
  /** The field paths of those events. */
  readonly eventPaths: ReadonlySet<string | undefined>;
  /** Create a pod and let the kubelet do what it does without time passing. */
  run(wishes?: PodWishes): Promise<void>;
  pod(name?: string): Promise<Pod>;
  /** Ask for the deletion of a pod, as kubectl does. */
  remove(options?: { readonly name?: string; readonly gracePeriodSeconds?: number }): Promise<void>;
  exists(name?: string): Promise<boolean>;
  /** Write a condition into the pod's status, as somebody else. */
  setCondition(condition: PodCondition): Promise<void>;
  /** Another kubelet on the same API. */
  restart(runtime: R): Promise<TestNode<R>>;
}

export interface TestNodeOptions {
  /** Whether events go to the API and not to the test. @default false */
  readonly writesEvents?: boolean;
}

export async function testNode<R extends ContainerRuntime>(
  newRuntime: (clock: HandClock) => R,
  options: TestNodeOptions = {},
): Promise<TestNode<R>> {
  const clock = new HandClock();
  const random = new SeededRandom();
  const kubernetes = embeddedKubernetes({ clock, random });
  await kubernetes.start();
  return nodeOn(kubernetes.client("kubelet"), { clock, random, runtime: newRuntime(clock), options });
}

async function nodeOn<R extends ContainerRuntime>(
  client: KubeClient,
  parts: {
    readonly clock: HandClock;
    readonly random: SeededRandom;
    readonly runtime: R;
    readonly options: TestNodeOptions;
  },
): Promise<TestNode<R>> {
  const { clock, random, runtime, options } = parts;
  const events: string[] = [];
  const eventPaths = new Set<string | undefined>();
  const tokenRequests: TokenRequest[] = [];
  const recorder: EventRecorder = {
    record: ({ kind }, { reason, note, fieldPath }) => {
      if (kind === "Pod") events.push(`${reason}: ${note}`);
      eventPaths.add(fieldPath);
    },
  };
  const kubelet = startKubelet({
    ...{ client, clock, random, runtime },
    machine: { architecture: "amd64", operatingSystem: "linux", kernelVersion: "6", osImage: "Test" },
    apiServer: { host: "10.244.0.1", port: 6443 },
    caCertificate: "PEM",
    issueToken: async (request) => {
      tokenRequests.push(request);
      return `token of ${request.serviceAccount.name}`;
    },
    ...(!options.writesEvents && { events: recorder }),
  });
  await clock.turn(0);
  const where = (name = "demo") => ({ name, namespace: "default" });
  return {
    ...{ kubelet, client, clock, runtime, tokenRequests, events, eventPaths },
    run: async (wishes) => {
      await client.create(PODS, withoutServerFields(aPod(wishes)));
      await clock.turn(0);
    },
    pod: (name) => client.get(PODS, where(name)),
    remove: async ({ name, ...rest } = {}) => {
      await client.delete(PODS, where(name), rest);
      await clock.turn(0);
    },
    exists: async (name) => {
      const pods = await client.list(PODS);
      return pods.items.some(({ metadata }) => keyOf(metadata) === keyOf(where(name)));
    },
    setCondition: async (condition) => {
      const pod = await client.get(PODS, where());
      const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
      const conditions = [...others, condition] as unknown as Json;
      const patch = { type: "merge", body: { status: { conditions } } } as const;
      await client.patch(PODS, where(), { subresource: "status", patch });
      await clock.turn(0);
    },
    restart: (next) => nodeOn(client, { ...parts, runtime: next }),
  };
}

/** The condition of a pod that the test is about. */
export function conditionStatus(pod: Pod, type: string): string | undefined {
  const found: PodCondition | undefined = pod.status?.conditions?.find(
    (condition) => condition.type === type,
  );
  return found?.status;
}

/** All that a log has to say. */
export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += Buffer.from(chunk).toString();
  return text;
}

function withoutServerFields(pod: Pod): Pod {
  const { uid: _, creationTimestamp: __, ...metadata } = pod.metadata;
  return { ...pod, metadata };
}
