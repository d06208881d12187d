import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { removeStateFolder, stateFolder } from "../state-folder.ts";
import type { SupervisorSettings } from "../wire/messages.ts";
import { bringUpNetwork, openDoor } from "./network.ts";
import { prepareSite } from "./site.ts";
import { Supervisor } from "./supervisor.ts";

/*
 * The first process of the node's namespaces. Its standard input is a pipe that heliostat holds: when that closes,
 * however heliostat ended, this process ends, and the kernel ends everything else in the namespaces with it.
 */

const settings = JSON.parse(process.argv[2] ?? "") as SupervisorSettings;
const state = stateFolder(settings.stateFolder);

process.stdin.resume().on("close", leave);
await bringUpNetwork();
const supervisor = new Supervisor(await prepareSite(settings));
for (const door of settings.doors) await openDoor(door);
const server = createServer({ allowHalfOpen: true }, (socket) => void supervisor.serve(socket));
server.listen(state.supervisorSocket, () => process.stdout.write("ready\n"));

function leave(): void {
  killEveryoneElse();
  spawnSync("umount", ["--no-mtab", "--lazy", state.memory]);
  removeStateFolder(state);
  process.exit(0);
}

/** First processes may do so: the signal reaches no further than their namespace. */
function killEveryoneElse(): void {
  try {
    process.kill(-1, "SIGKILL");
  } catch {
    // There was nobody else.
  }
}
