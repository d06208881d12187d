import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A `kubectl port-forward` that runs. */
export interface PortForward {
  readonly localPort: number;
  /** What it has complained about so far. */
  complaints(): string;
  /** Resolves when it has ended. */
  stop(): Promise<void>;
}

/** Begin to forward any free port of this machine. @throws Error with what kubectl says, when it does not come to that */
export async function startPortForward(
  kubectl: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<PortForward> {
  const child = spawn(kubectl, ["port-forward", ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const localPort = await announcedPort(child);
  if (localPort === undefined) throw new Error(`kubectl port-forward ended: ${stderr}`);
  return {
    localPort,
    complaints: () => stderr,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGINT");
      await once(child, "close");
    },
  };
}

async function announcedPort({ stdout }: ChildProcess): Promise<number | undefined> {
  let said = "";
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(chunk);
    const [, port] = /^Forwarding from 127\.0\.0\.1:(\d+) -> /m.exec(said) ?? [];
    if (port === undefined) continue;
    stdout?.resume();
    return Number(port);
  }
  return undefined;
}
