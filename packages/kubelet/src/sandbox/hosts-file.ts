import type { HostEntry } from "../runtime/container-runtime.ts";

/**
 * What a pod finds in /etc/hosts: itself, then everything that has a name. There is no name server in the sandbox,
 * since one that does not answer would cost every connection of Ray seconds.
 */
export function hostsFile(itself: HostEntry, entries: readonly HostEntry[]): string {
  const lines = [LOCALHOST, itself, ...entries].filter(({ names }) => names.length > 0);
  return lines.map(({ ip, names }) => `${ip}\t${names.join(" ")}\n`).join("");
}

/** A pod has no IPv6 address, and a `localhost` that means two would send some clients to the wrong one first. */
const LOCALHOST: HostEntry = { ip: "127.0.0.1", names: ["localhost"] };
