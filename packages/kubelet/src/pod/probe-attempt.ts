import type {
  ByteStream,
  Clock,
  Container,
  ExecAction,
  ExecSession,
  GRPCAction,
  HTTPGetAction,
  Probe,
  TCPSocketAction,
} from "@heliostat/kube";
import { isKubeError, sleep } from "@heliostat/kube";
import type { PodSandbox, RunningContainer } from "../runtime/container-runtime.ts";
import { httpGet } from "./http-get.ts";
import type { ProbeOutcome } from "./probe-tally.ts";

/** What a probe or a hook is tried on. */
export interface ProbeTarget {
  readonly container: Container;
  readonly sandbox: Pick<PodSandbox, "ip" | "connect" | "grpcHealth">;
  readonly running: Pick<RunningContainer, "exec">;
  readonly clock: Clock;
}

/** What probes and lifecycle hooks have in common: a way to ask the container something. */
export type Handler = Pick<Probe, "exec" | "httpGet" | "tcpSocket" | "grpc">;

/** An exec probe that prints more is cut here, as its output becomes an event. */
const LONGEST_OUTPUT = 10 * 1024;

/** Try a handler once, for at most `timeoutMs`. Never rejects: what goes wrong is an outcome. */
export async function attemptProbe(
  handler: Handler,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeOutcome> {
  const giveUp = new AbortController();
  const done = new AbortController();
  const attempt = attemptHandler(handler, target, giveUp.signal);
  const timeout = sleep(target.clock, timeoutMs, done.signal).then(() =>
    timedOut(handler, target, timeoutMs),
  );
  try {
    return await Promise.race([attempt, timeout]);
  } finally {
    done.abort();
    giveUp.abort();
  }
}

/** Try a handler once, however long it takes; what is still open when the signal aborts is dropped. Never rejects. */
export async function attemptHandler(
  handler: Handler,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  try {
    return await askContainer(handler, target, signal);
  } catch (error) {
    return failed(error);
  }
}

async function askContainer(
  handler: Handler,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  if (handler.exec) return attemptExec(handler.exec, target, signal);
  if (handler.httpGet) return attemptHttpGet(handler.httpGet, target, signal);
  if (handler.tcpSocket) return attemptTcpSocket(handler.tcpSocket, target, signal);
  if (handler.grpc) return attemptGrpc(handler.grpc, target, signal);
  return errored("missing probe handler");
}

async function attemptExec(
  { command = [] }: ExecAction,
  { running }: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const session = await running.exec({ command, signal });
  if (signal.aborted) session.kill();
  else signal.addEventListener("abort", () => session.kill(), { once: true });
  const [stdout, stderr, exitCode] = await Promise.all([
    collected(session.stdout),
    collected(session.stderr),
    session.exitCode,
  ]);
  const message = `${stdout}${stderr}`;
  return { result: exitCode === 0 ? "success" : "failure", message };
}

async function attemptHttpGet(
  action: HTTPGetAction,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { path = "/", httpHeaders: headers = [], scheme } = action;
  const port = portNumber(action.port, target.container);
  if (port === undefined) return errored(`couldn't find port: "${action.port}"`);
  const host = `${action.host ?? target.sandbox.ip}:${port}`;
  try {
    const connection = await connected(target, { port, isTls: scheme === "HTTPS" }, signal);
    const code = await httpGet(connection, { host, path, headers });
    return code >= 200 && code < 400
      ? { result: "success", message: "" }
      : { result: "failure", message: `HTTP probe failed with statuscode: ${code}` };
  } catch (error) {
    return failed(error, `Get "${urlOf(action, target)}": `);
  }
}

async function attemptTcpSocket(
  action: TCPSocketAction,
  target: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const port = portNumber(action.port, target.container);
  if (port === undefined) return errored(`couldn't find port: "${action.port}"`);
  const connection = await connected(target, { port }, signal);
  connection.destroy();
  return { result: "success", message: "" };
}

async function attemptGrpc(
  { port, service = "" }: GRPCAction,
  { sandbox }: ProbeTarget,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const status = await sandbox.grpcHealth(port, service ?? "", signal).catch((cause: unknown) => {
    if (!isKubeError(cause, "Unavailable")) throw cause;
    const where = `${sandbox.ip}:${port}`;
    const why = `dial tcp ${where}: connect: connection refused`;
    throw new Error(`timeout: failed to connect service "${where}": connection error: ${why}`, { cause });
  });
  if (status === "SERVING") return { result: "success", message: "" };
  return { result: "failure", message: `service unhealthy (responded with "${status}")` };
}

/** A connection that is dropped when nobody waits for it any more. @throws Error in the words of Go's dialer */
async function connected(
  { sandbox }: ProbeTarget,
  { port, isTls = false }: { readonly port: number; readonly isTls?: boolean },
  signal: AbortSignal,
): Promise<ByteStream> {
  const connection = await sandbox.connect(port, isTls ? { tls: signal } : {}).catch((cause: unknown) => {
    if (!isKubeError(cause, "Unavailable")) throw cause;
    throw new Error(`dial tcp ${sandbox.ip}:${port}: connect: connection refused`, { cause });
  });
  if (signal.aborted) connection.destroy();
  else signal.addEventListener("abort", () => connection.destroy(), { once: true });
  return connection;
}

async function collected(output: ExecSession["stdout"]): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    if (text.length < LONGEST_OUTPUT) text += Buffer.from(chunk).toString();
  }
  return text.slice(0, LONGEST_OUTPUT);
}

/** The number of a port that may be given by name; `undefined` when the container has no port of that name. */
function portNumber(port: number | string, { ports = [] }: Container): number | undefined {
  const number = Number(port);
  return Number.isInteger(number) ? number : ports.find(({ name }) => name === port)?.containerPort;
}

function urlOf(
  { host, path = "/", port, scheme = "HTTP" }: HTTPGetAction,
  { sandbox, container }: ProbeTarget,
): string {
  return `${scheme.toLowerCase()}://${host ?? sandbox.ip}:${portNumber(port, container)}${path}`;
}

function timedOut(handler: Handler, target: ProbeTarget, timeoutMs: number): ProbeOutcome {
  return { result: "failure", message: timeoutMessage(handler, target, timeoutMs) };
}

function timeoutMessage(
  { exec, httpGet: get, grpc }: Handler,
  target: ProbeTarget,
  timeoutMs: number,
): string {
  if (exec) {
    const command = JSON.stringify((exec.command ?? []).join(" "));
    return `command timed out: ${command} timed out after ${timeoutMs / 1000}s`;
  }
  if (grpc) return `timeout: health rpc did not complete within ${timeoutMs / 1000}s`;
  if (!get) return `dial tcp ${target.sandbox.ip}: i/o timeout`;
  return `Get "${urlOf(get, target)}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
}

function failed(error: unknown, before = ""): ProbeOutcome {
  return { result: "failure", message: `${before}${error instanceof Error ? error.message : String(error)}` };
}

function errored(message: string): ProbeOutcome {
  return { result: "error", message };
}
