import { rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What one run of the sandbox keeps in the host's file system. Gone when the run has ended. */
export interface StateFolder {
  readonly path: string;
  /** Where memory is mounted, inside the namespaces only. */
  readonly memory: string;
  /** What pods write to volumes on disk. */
  readonly disk: string;
  /** Where heliostat asks the supervisor. */
  readonly supervisorSocket: string;
  /** Where heliostat takes connections of pods to the Kubernetes API. */
  readonly apiSocket: string;
  /** Where heliostat takes requests of pods to the internet. */
  readonly internetSocket: string;
}

export function stateFolder(path: string): StateFolder {
  return {
    path,
    memory: join(path, "mnt"),
    disk: join(path, "pods"),
    supervisorSocket: join(path, "node.sock"),
    apiSocket: join(path, "api.sock"),
    internetSocket: join(path, "web.sock"),
  };
}

/**
 * Remove the folder. What is mounted in it must not be any more; even if it were, the host, which can be seen there,
 * would be safe: only what pods have written is removed with all that it holds.
 */
export function removeStateFolder({ path, memory, disk, ...sockets }: StateFolder): void {
  rmSync(disk, { recursive: true, force: true });
  for (const socket of Object.values(sockets)) rmSync(socket, { force: true });
  for (const folder of [memory, path]) removeEmptyFolder(folder);
}

function removeEmptyFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is gone already, or others have put something there: that stays.
  }
}
