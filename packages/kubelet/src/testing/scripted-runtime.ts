import { type ByteStream, type Clock, type ExecOptions, type ExecSession, KubeError } from "@heliostat/kube";
import type {
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  ContainerUsage,
  FilesVolume,
  HostEntry,
  HostVolume,
  OutputChunk,
  PodSandbox,
  RunningContainer,
  SandboxSpec,
} from "../runtime/container-runtime.ts";

/** What answers on a port: the whole response to whatever is asked, or `undefined` for silence. */
export type Listener = () => string | undefined;

/** How a command inside a container ends; `undefined` for never. */
export type Command = (
  command: readonly string[],
) => { readonly exitCode: number; readonly stdout?: string } | undefined;

/** A runtime that does what the test says: containers run until they are told to end. */
export class ScriptedRuntime implements ContainerRuntime {
  readonly name = "sandbox";
  readonly isReal = true;
  readonly clock: Clock;
  /** Every container that was ever started, in order. */
  readonly containers: ScriptedContainer[] = [];
  readonly sandboxes: ScriptedSandbox[] = [];
  readonly listeners = new Map<number, Listener>();
  hosts: readonly HostEntry[] = [];
  usage: readonly ContainerUsage[] = [];
  isClosed = false;
  readonly missingPaths = new Set<string>();
  command: Command = () => ({ exitCode: 0 });
  /** Why the next sandbox or container cannot be made. */
  nextFailure: Error | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  resolveImage(image: string): ReturnType<ContainerRuntime["resolveImage"]> {
    if (image.startsWith("unknown")) return undefined;
    return {
      description: `the host stands in for ${image}`,
      imageId: `id:${image}`,
      entrypoint: ["/entry"],
      env: { PATH: "/bin" },
      workingDir: "/home",
    };
  }

  explainUnknownImage(image: string): string {
    return `nothing stands in for "${image}"`;
  }

  async prepareHostPath({ path }: HostVolume): Promise<void> {
    if (this.missingPaths.has(path))
      throw new Error(`hostPath type check failed: ${path} is not a directory`);
  }

  async createSandbox(spec: SandboxSpec): Promise<PodSandbox> {
    this.failIfAsked();
    const sandbox = new ScriptedSandbox(spec, this);
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  setHosts(entries: readonly HostEntry[]): void {
    this.hosts = entries;
  }

  async measure(): Promise<readonly ContainerUsage[]> {
    return this.usage;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** The latest run of a container. */
  container(name: string): ScriptedContainer {
    const found = this.containers.findLast(({ spec }) => spec.name === name);
    if (!found) throw new Error(`Container "${name}" was never started`);
    return found;
  }

  get started(): readonly string[] {
    return this.containers.map(({ spec }) => spec.name);
  }

  failIfAsked(): void {
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure) throw failure;
  }
}

export class ScriptedSandbox implements PodSandbox {
  readonly ip: string;
  readonly spec: SandboxSpec;
  readonly #runtime: ScriptedRuntime;
  isRemoved = false;
  /** Every update of files, in order. */
  readonly updates: FilesVolume[] = [];

  constructor(spec: SandboxSpec, runtime: ScriptedRuntime) {
    this.spec = spec;
    this.#runtime = runtime;
    this.ip = `10.244.0.${runtime.sandboxes.length + 2}`;
  }

  async startContainer(spec: ContainerSpec): Promise<RunningContainer> {
    this.#runtime.failIfAsked();
    const container = new ScriptedContainer(spec, this.#runtime);
    this.#runtime.containers.push(container);
    return container;
  }

  async connect(port: number): Promise<ByteStream> {
    const listener = this.#runtime.listeners.get(port);
    if (!listener) throw new KubeError("Unavailable", `Cannot connect to port ${port}`);
    return connection(listener);
  }

  async updateFiles(volume: FilesVolume): Promise<void> {
    this.#runtime.failIfAsked();
    this.updates.push(volume);
  }

  async remove(): Promise<void> {
    this.isRemoved = true;
  }
}

export class ScriptedContainer implements RunningContainer {
  readonly spec: ContainerSpec;
  readonly signals: string[] = [];
  readonly commands: string[] = [];
  /** Its input, piece by piece, with the sizes of its terminal. */
  readonly inputs: string[] = [];
  readonly exited: Promise<ContainerExit>;
  readonly output: AsyncIterable<OutputChunk>;
  /** Whether SIGTERM ends it. */
  isObedient = true;
  readonly #runtime: ScriptedRuntime;
  readonly #chunks = new Stream<OutputChunk>();
  #exit: (exit: ContainerExit) => void = () => undefined;

  constructor(spec: ContainerSpec, runtime: ScriptedRuntime) {
    this.spec = spec;
    this.#runtime = runtime;
    this.output = this.#chunks;
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  writes(text: string, stream: OutputChunk["stream"] = "stdout"): void {
    this.#chunks.push({ stream, atMs: this.#runtime.clock.now(), bytes: Buffer.from(text) });
  }

  ends(exitCode: number, more: Omit<ContainerExit, "exitCode"> = {}): void {
    this.#chunks.end();
    this.#exit({ exitCode, ...more });
  }

  /** Something else keeps writing. */
  endsWithOpenOutput(exitCode: number): void {
    this.#exit({ exitCode });
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    this.signals.push(name);
    if (name === "SIGKILL") this.ends(137, { signal: 9 });
    else if (this.isObedient) this.ends(143, { signal: 15 });
  }

  async exec({ command }: ExecOptions): Promise<ExecSession> {
    this.commands.push(command.join(" "));
    const result = this.#runtime.command(command);
    const [stdout, stderr] = [new Stream<Uint8Array>(), new Stream<Uint8Array>()];
    let finish: (exitCode: number) => void = () => undefined;
    const exitCode = new Promise<number>((resolve) => {
      finish = (code) => {
        stdout.end();
        stderr.end();
        resolve(code);
      };
    });
    if (result?.stdout) stdout.push(Buffer.from(result.stdout));
    if (result) finish(result.exitCode);
    const ignore = (): void => undefined;
    return {
      stdout,
      stderr,
      exitCode,
      write: ignore,
      endInput: ignore,
      resize: ignore,
      kill: () => finish(137),
    };
  }

  write(chunk: Uint8Array): void {
    this.inputs.push(Buffer.from(chunk).toString());
  }

  endInput(): void {
    this.inputs.push("the end");
  }

  resize(columns: number, rows: number): void {
    this.inputs.push(`${columns}x${rows}`);
  }
}

function connection(listener: Listener): ByteStream {
  const output = new Stream<Uint8Array>();
  return {
    output,
    write: () => {
      const response = listener();
      if (response === undefined) return;
      output.push(Buffer.from(response));
      output.end();
    },
    end: () => undefined,
    destroy: () => output.end(),
  };
}

/** Items that arrive one by one, for one reader. */
class Stream<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #isEnded = false;
  #wake: () => void = () => undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#isEnded) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
