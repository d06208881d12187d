import { KubeError } from "@heliostat/kube";
import { booleanParameter } from "../http/query.ts";

/** Which streams of a command, or of a container, a caller wants. */
export interface RemoteStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** @throws KubeError `BadRequest` */
export function remoteStreams(query: URLSearchParams): RemoteStreams {
  const stdin = booleanParameter(query, "stdin");
  const stdout = booleanParameter(query, "stdout");
  const stderr = booleanParameter(query, "stderr");
  const tty = booleanParameter(query, "tty");
  if (!stdin && !stdout && !stderr) {
    throw new KubeError("BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
  }
  // A terminal has one output.
  return { stdin, stdout, stderr: stderr && !tty, tty };
}
