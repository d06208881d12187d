import { type Clock, type KubeClient, nameOf, PODS, type Pod, timestamp } from "@heliostat/kube";

/** How a pod of the benchmarks gets ready. */
export interface ReadyPodsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** How long after its creation the pod with this ordinal, counted over all, is ready. */
  readonly afterMs: (ordinal: number) => number;
  readonly signal: AbortSignal;
}

/** Make every pod ready, as a node that does nothing else would, until the signal aborts. */
export async function readyPods({ client, clock, afterMs, signal }: ReadyPodsOptions): Promise<void> {
  let ordinal = 0;
  for await (const event of client.watch(PODS, { signal })) {
    if (event.type !== "ADDED" || event.object.status?.podIP !== undefined) continue;
    const pod = event.object;
    const number = ordinal;
    ordinal += 1;
    clock.after(afterMs(number), () => void makeReady(client, pod, { clock, number }));
  }
}

async function makeReady(
  client: KubeClient,
  pod: Pod,
  { clock, number }: { readonly clock: Clock; readonly number: number },
): Promise<void> {
  const at = timestamp(clock.now());
  const [container] = pod.spec?.containers ?? [];
  await client.patch(PODS, nameOf(pod), {
    subresource: "status",
    patch: {
      type: "merge",
      body: {
        status: {
          phase: "Running",
          podIP: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
          startTime: at,
          conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
            type,
            status: "True",
            lastTransitionTime: at,
          })),
          containerStatuses: [
            {
              name: container?.name ?? "main",
              image: container?.image ?? "",
              imageID: "",
              ready: true,
              restartCount: 0,
              state: { running: { startedAt: at } },
            },
          ],
        },
      },
    },
  });
}
