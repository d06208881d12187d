import {
  type AttachOptions,
  type ByteStream,
  type ExecOptions,
  type ExecSession,
  KubeError,
  type LogOptions,
  type NodePort,
} from "@heliostat/kube";

/** A node of which a test says what its pods write, run and answer. */
export interface ScriptedNode extends NodePort {
  readonly logOptions: LogOptions[];
  lines: readonly string[];
  /** What a command does. */
  run: (options: ExecOptions, session: ScriptedSession) => void;
  /** What somebody who attaches meets. */
  join: (options: AttachOptions, session: ScriptedSession) => void;
  /** What a connection answers, once the request is complete. */
  respond: (port: number, request: string) => string;
  /** Ports on which everything that comes is sent back. */
  readonly echoPorts: Set<number>;
  /** Ports on which the pod listens for itself alone. */
  readonly ownPorts: Set<number>;
}

export interface ScriptedSession extends ExecSession {
  readonly input: Channel;
  out(text: string): void;
  err(text: string): void;
  exit(code: number): void;
  readonly sizes: string[];
}

export function scriptedNode(): ScriptedNode {
  const node: ScriptedNode = {
    logOptions: [],
    lines: ["hello\n"],
    run: (_options, session) => session.exit(0),
    join: (_options, session) => session.out("hello\n"),
    echoPorts: new Set(),
    ownPorts: new Set(),
    respond: () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    logs(_container, options = {}) {
      node.logOptions.push(options);
      return Promise.resolve(logLines(node.lines, options));
    },
    exec(_container, options) {
      const session = scriptedSession();
      node.run(options, session);
      return Promise.resolve(session);
    },
    attach(_container, options = {}) {
      const session = scriptedSession();
      node.join(options, session);
      return Promise.resolve({ ...session, detach: () => session.exit(0) });
    },
    connect(_pod, port, { includesLoopback = false } = {}) {
      if (includesLoopback && node.ownPorts.has(port)) return Promise.resolve(echo());
      if (node.ownPorts.has(port)) return Promise.reject(new KubeError("Unavailable", "nobody is there"));
      if (node.echoPorts.has(port)) return Promise.resolve(echo());
      if (port === 9) return Promise.reject(new KubeError("Unavailable", "nothing listens on port 9"));
      return Promise.resolve(connection((request) => node.respond(port, request)));
    },
  };
  return node;
}

/** The lines, and with `follow` nothing more until the reader goes away. */
async function* logLines(
  lines: readonly string[],
  { follow, signal }: LogOptions,
): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield Buffer.from(line);
  if (!follow || signal?.aborted) return;
  await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
}

function scriptedSession(): ScriptedSession {
  const input = new Channel();
  const stdout = new Channel();
  const stderr = new Channel();
  let resolveExit: (code: number) => void = () => undefined;
  const exitCode = new Promise<number>((resolve) => (resolveExit = resolve));
  const session: ScriptedSession = {
    input,
    stdout,
    stderr,
    sizes: [],
    exitCode,
    write: (chunk) => input.push(chunk),
    endInput: () => input.end(),
    resize: (columns, rows) => void session.sizes.push(`${columns}x${rows}`),
    kill: () => session.exit(137),
    out: (text) => stdout.push(Buffer.from(text)),
    err: (text) => stderr.push(Buffer.from(text)),
    exit(code) {
      stdout.end();
      stderr.end();
      resolveExit(code);
    },
  };
  return session;
}

function connection(respond: (request: string) => string): ByteStream {
  const output = new Channel();
  let received = "";
  return {
    output,
    write(chunk) {
      received += Buffer.from(chunk).toString();
      if (!received.includes("\r\n\r\n")) return;
      output.push(Buffer.from(respond(received)));
      output.end();
    },
    end: () => undefined,
    destroy: () => output.end(),
  };
}

function echo(): ByteStream {
  const output = new Channel();
  return {
    output,
    write: (chunk) => output.push(chunk),
    end: () => output.end(),
    destroy: () => output.end(),
  };
}

/** Bytes from one side to the other. */
class Channel implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
