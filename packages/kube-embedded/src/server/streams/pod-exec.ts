import { type ContainerName, type ExecOptions, type ExecSession, KubeError, type Pod } from "@heliostat/kube";
import type { MessageSocket, Upgrade } from "../http/exchange.ts";
import { failureStatus } from "../http/kube-status.ts";
import { booleanParameter, textParameter } from "../http/query.ts";
import type { ResourceCall } from "../routes/resource-call.ts";
import { chosenContainer } from "./container-choice.ts";
import { podOf } from "./pod-of.ts";
import { exitStatus, REMOTE_COMMAND_PROTOCOLS, remoteInput, sendOn, sendStatus } from "./remote-command.ts";

/** `pods/NAME/exec`: run a command in a container, its streams over a WebSocket. */
export async function answerExec(call: ResourceCall): Promise<Upgrade> {
  const { query } = call.request;
  const streams = remoteStreams(query);
  const command = query.getAll("command");
  if (command.length === 0) {
    throw new KubeError("BadRequest", "you must specify at least one command for the container");
  }
  const container = containerOf(await podOf(call), textParameter(query, "container"), "exec");
  return {
    subprotocols: REMOTE_COMMAND_PROTOCOLS,
    converse: (socket) =>
      converse(socket, streams, () =>
        call.served.node.exec(container, execOptions(command, streams, socket)),
      ),
  };
}

/**
 * `pods/NAME/attach`: follow what a container writes. Its input is nobody's to give: no process here keeps it open
 * for callers that come later.
 */
export async function answerAttach(call: ResourceCall): Promise<Upgrade> {
  const { query } = call.request;
  const streams = remoteStreams(query);
  if (streams.stdin) {
    throw new KubeError(
      "BadRequest",
      "Cannot attach to the input of a container: only its output can be followed",
    );
  }
  const container = containerOf(await podOf(call), textParameter(query, "container"), "attach to");
  return {
    subprotocols: REMOTE_COMMAND_PROTOCOLS,
    async converse(socket) {
      const options = { follow: true, tailLines: 0, signal: socket.signal };
      await pump(await call.served.node.logs(container, options), socket, "stdout");
      await sendStatus(socket, exitStatus(0));
    },
  };
}

interface RemoteStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** @throws KubeError `BadRequest` */
function remoteStreams(query: URLSearchParams): RemoteStreams {
  const [stdin, stdout, stderr, tty] = ["stdin", "stdout", "stderr", "tty"].map((name) =>
    booleanParameter(query, name),
  ) as [boolean, boolean, boolean, boolean];
  if (!stdin && !stdout && !stderr) {
    throw new KubeError("BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
  }
  // A terminal has one output.
  return { stdin, stdout, stderr: stderr && !tty, tty };
}

function containerOf(pod: Pod, wanted: string | undefined, deed: "exec" | "attach to"): ContainerName {
  const container = chosenContainer(pod, wanted);
  const { name, namespace = "" } = pod.metadata;
  const phase = pod.status?.phase;
  if (phase === "Succeeded" || phase === "Failed") {
    const into = deed === "exec" ? "exec into" : "attach to";
    throw new KubeError(
      "BadRequest",
      `cannot ${into} a container in a completed pod; current phase is ${phase}`,
    );
  }
  if (!pod.spec?.nodeName) throw new KubeError("BadRequest", `pod ${name} does not have a host assigned`);
  return { name, namespace, container };
}

function execOptions(
  command: readonly string[],
  { stdin, tty }: RemoteStreams,
  socket: MessageSocket,
): ExecOptions {
  return { command, stdin, tty, signal: socket.signal };
}

async function converse(
  socket: MessageSocket,
  streams: RemoteStreams,
  start: () => Promise<ExecSession>,
): Promise<void> {
  let session: ExecSession;
  try {
    session = await start();
  } catch (error) {
    await sendStatus(socket, failureStatus(error));
    return;
  }
  if (socket.signal.aborted) session.kill();
  socket.signal.addEventListener("abort", () => session.kill(), { once: true });
  await carry(session, socket, streams);
}

async function carry(session: ExecSession, socket: MessageSocket, streams: RemoteStreams): Promise<void> {
  // Kubernetes rule: an empty message tells the client that the streams are there.
  if (streams.stdout) await sendOn(socket, "stdout", new Uint8Array());
  takeInput(session, socket, streams).catch(() => session.endInput());
  await Promise.all([
    pump(session.stdout, streams.stdout ? socket : undefined, "stdout"),
    pump(session.stderr, streams.stderr ? socket : undefined, "stderr"),
  ]);
  await sendStatus(socket, exitStatus(await session.exitCode));
}

async function takeInput(
  session: ExecSession,
  socket: MessageSocket,
  { stdin }: RemoteStreams,
): Promise<void> {
  for await (const message of socket.messages) {
    const input = remoteInput(message);
    if (input?.type === "resize") session.resize(input.columns, input.rows);
    if (input?.type === "stdin" && stdin) session.write(input.data);
    if (input?.type === "endOfStdin") session.endInput();
  }
}

/** Output that nobody wants is read all the same: the command would block on it. */
async function pump(
  output: AsyncIterable<Uint8Array>,
  socket: MessageSocket | undefined,
  channel: "stdout" | "stderr",
): Promise<void> {
  for await (const chunk of output) if (socket) await sendOn(socket, channel, chunk);
}
