import { type ContainerName, type ExecSession, KubeError, type Pod } from "@heliostat/kube";
import type { Conversation } from "../http/exchange.ts";
import { failureStatus } from "../http/kube-status.ts";
import { textParameter } from "../http/query.ts";
import type { ResourceCall } from "../routes/resource-call.ts";
import { chosenContainer } from "./container-choice.ts";
import { podOf } from "./pod-of.ts";
import { type CommandStatus, type CommandWire, exitStatus, type OutputChannel } from "./remote-command.ts";
import { type RemoteStreams, remoteStreams } from "./remote-streams.ts";
import { SPDY_COMMAND_PROTOCOLS, spdyWire } from "./spdy-wire.ts";
import { WEB_SOCKET_PROTOCOLS, webSocketWire } from "./web-socket-wire.ts";

/** `pods/NAME/exec`: run a command in a container. */
export async function answerExec(call: ResourceCall): Promise<Conversation> {
  const { query } = call.request;
  const streams = remoteStreams(query);
  const command = query.getAll("command");
  if (command.length === 0) {
    throw new KubeError("BadRequest", "you must specify at least one command for the container");
  }
  const container = containerOf(await podOf(call), textParameter(query, "container"), "exec into");
  const { stdin, tty } = streams;
  return conversation(streams, async (signal) => {
    const session = await call.served.node.exec(container, { command, stdin, tty, signal });
    return {
      session,
      leave: () => session.kill(),
      status: async () => exitStatus(await session.exitCode),
    };
  });
}

/** `pods/NAME/attach`: join the streams of a container's first process, from now on. */
export async function answerAttach(call: ResourceCall): Promise<Conversation> {
  const { query } = call.request;
  const streams = remoteStreams(query);
  const container = containerOf(await podOf(call), textParameter(query, "container"), "attach to");
  const { stdin, tty } = streams;
  return conversation(streams, async (signal) => {
    const session = await call.served.node.attach(container, { stdin, tty, signal });
    return {
      session,
      leave: () => session.detach(),
      // Kubernetes rule: how the container ended is for its status to tell.
      status: async () => exitStatus(0),
    };
  });
}

function containerOf(pod: Pod, wanted: string | undefined, deed: "exec into" | "attach to"): ContainerName {
  const container = chosenContainer(pod, wanted);
  const { name, namespace = "" } = pod.metadata;
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") {
    throw new KubeError(
      "BadRequest",
      `cannot ${deed} a container in a completed pod; current phase is ${phase}`,
    );
  }
  if (!pod.spec?.nodeName) throw new KubeError("BadRequest", `pod ${name} does not have a host assigned`);
  return { name, namespace, container };
}

/** A command that runs for a caller, or a container that he has joined. */
interface Begun {
  readonly session: Omit<ExecSession, "exitCode" | "kill">;
  /** The caller is gone. */
  leave(): void;
  /** How it went, asked for when all output has been sent. */
  status(): Promise<CommandStatus>;
}

type Begin = (signal: AbortSignal) => Promise<Begun>;

function conversation(streams: RemoteStreams, begin: Begin): Conversation {
  return {
    subprotocols: WEB_SOCKET_PROTOCOLS,
    converse: async (socket) => converse(await webSocketWire(socket, streams), streams, begin),
    spdy: {
      protocols: SPDY_COMMAND_PROTOCOLS,
      async converse(connection, protocol) {
        const wire = await spdyWire(connection, protocol, streams);
        if (!wire) return;
        await converse(wire, streams, begin);
        await wire.close();
      },
    },
  };
}

async function converse(wire: CommandWire, streams: RemoteStreams, begin: Begin): Promise<void> {
  let begun: Begun;
  try {
    begun = await begin(wire.signal);
  } catch (error) {
    await wire.sendStatus(failureStatus(error));
    return;
  }
  if (wire.signal.aborted) begun.leave();
  wire.signal.addEventListener("abort", () => begun.leave(), { once: true });
  await carry(begun, wire, streams);
}

async function carry({ session, status }: Begun, wire: CommandWire, streams: RemoteStreams): Promise<void> {
  takeInput(session, wire, streams).catch(() => session.endInput());
  await Promise.all([
    pump(session.stdout, streams.stdout ? wire : undefined, "stdout"),
    pump(session.stderr, streams.stderr ? wire : undefined, "stderr"),
  ]);
  await wire.sendStatus(await status());
}

function takeInput(session: Begun["session"], wire: CommandWire, { stdin }: RemoteStreams): Promise<void> {
  return wire.listen(async (input) => {
    if (input.type === "resize") session.resize(input.columns, input.rows);
    if (input.type === "endOfStdin") session.endInput();
    if (input.type !== "stdin" || !stdin) return;
    session.write(input.data);
    await session.drained?.();
  });
}

/** Output that nobody wants is read all the same: the command would block on it. */
async function pump(
  output: AsyncIterable<Uint8Array>,
  wire: CommandWire | undefined,
  channel: OutputChannel,
): Promise<void> {
  for await (const chunk of output) if (wire) await wire.send(channel, chunk);
}
