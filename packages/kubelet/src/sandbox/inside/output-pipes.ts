import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { run } from "./run.ts";

/** Two pipes for the outputs of a program. */
export interface OutputPipes {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The ends that the program writes to, as descriptors. */
  readonly ends: readonly [number, number];
  /** Let go of those ends, so that only the program holds them. */
  closeEnds(): void;
}

/** Real pipes: a program that opens /dev/stdout cannot open the sockets that Node gives to its children. */
export async function outputPipes(folder: string): Promise<OutputPipes> {
  pipesMade += 1;
  const [out, err] = [join(folder, `out-${pipesMade}`), join(folder, `err-${pipesMade}`)] as const;
  await run("mkfifo", [out, err]);
  const stdout = openPipe(out);
  const stderr = openPipe(err);
  return {
    stdout: stdout.source,
    stderr: stderr.source,
    ends: [stdout.end, stderr.end],
    closeEnds: () => [stdout.end, stderr.end].map(closeSync),
  };
}

let pipesMade = 0;

interface Pipe {
  readonly source: Readable;
  readonly end: number;
}

function openPipe(path: string): Pipe {
  const readEnd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = openSync(path, constants.O_WRONLY);
  unlinkSync(path);
  return { source: new Socket({ fd: readEnd, readable: true, writable: false }), end };
}
