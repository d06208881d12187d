import type { ByteStream } from "@heliostat/kube";

/** The caller's end of one forwarded connection: bytes both ways, each direction ending for itself. */
export interface CallerEnd {
  readonly input: AsyncIterable<Uint8Array>;
  send(data: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** Join the caller to a connection into a pod until both directions have ended. No side sends faster than the other takes. */
export async function joinConnection(caller: CallerEnd, pod: ByteStream): Promise<void> {
  try {
    await Promise.all([toPod(caller, pod), fromPod(caller, pod)]);
  } catch (error) {
    pod.destroy();
    throw error;
  }
}

async function toPod(caller: CallerEnd, pod: ByteStream): Promise<void> {
  for await (const chunk of caller.input) {
    pod.write(chunk);
    await pod.drained?.();
  }
  pod.end();
}

async function fromPod(caller: CallerEnd, pod: ByteStream): Promise<void> {
  for await (const chunk of pod.output) await caller.send(chunk);
  await caller.end();
}
