import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { STAND_IN_FOLDER } from "../container-environment.ts";
import { isInOwnFolder } from "../root-plan.ts";
import type { ContainerOrder, Ending, ExecInput } from "../wire/messages.ts";
import { type Command, startCommand } from "./command.ts";
import { type ContainerPlace, containerRoot, OLD_ROOT, ROOT_FOLDER } from "./container-root.ts";
import { bind, type MountEntry, mountTable } from "./mount-table.ts";
import type { PodVolumes } from "./pod-volumes.ts";
import { signalQuietly } from "./process-tree.ts";
import type { Site } from "./site.ts";

/** What a container takes from the pod that it belongs to. */
export interface ContainerHome {
  /** The process that holds the pod's namespaces. */
  readonly pausePid: number;
  /** Files that every container of the pod finds instead of the host's. */
  readonly files: readonly { readonly path: string; readonly source: string }[];
  readonly volumes: PodVolumes;
}

/** A container whose first process has been started. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** Of its first process, as the supervisor knows it. */
  readonly pid: number;
  readonly startedAtMs: number;
  readonly command: Command;
  signal(name: "SIGTERM" | "SIGKILL"): void;
  exec(argv: readonly string[], input: ExecInput): Promise<Command>;
}

/**
 * Start a container: its own mount and process namespaces inside the pod's others. When its first process ends, the
 * kernel ends all the rest and its mounts with it.
 *
 * @throws Error that says what is missing
 */
export async function startContainer(
  site: Site,
  pod: ContainerHome,
  order: ContainerOrder,
): Promise<Container> {
  assertIsCommand(order.command);
  containersStarted += 1;
  const id = String(containersStarted);
  const folder = join(site.containersFolder, id);
  const tidyUp = () => rm(folder, { recursive: true, force: true });
  try {
    const start = { site, pod, order, folder };
    await furnish(start);
    const launched = await launch(start);
    const ending = launched.ending.then((end) => withMessage(end, folder));
    void ending.then(tidyUp);
    const command = { ...launched, ending };
    return containerOf(start, { id, command, pid: await startedPid(command, folder) });
  } catch (error) {
    await tidyUp();
    throw error;
  }
}

let containersStarted = 0;

interface Start {
  readonly site: Site;
  readonly pod: ContainerHome;
  readonly order: ContainerOrder;
  readonly folder: string;
}

/** Lay out the root, and leave beside it what the first process reads to complete it. */
async function furnish(start: Start): Promise<void> {
  const { site, order, folder } = start;
  await mkdir(folder);
  const mounts = await containerRoot(folder, site.hostFolder, await allPlaces(start));
  await writeFile(join(folder, "fstab"), mountTable(mounts));
  const environment = variables(order, order.isTty).map((variable) => `${variable}\0`);
  await writeFile(join(folder, "environment"), environment.join(""));
}

/** Later places win over earlier ones: what the pod asks for wins over what every container gets. */
async function allPlaces({ site, pod, order, folder }: Start): Promise<readonly ContainerPlace[]> {
  const scratch = join(folder, "var-tmp");
  await mkdir(scratch, { mode: 0o1777 });
  const home = order.env["HOME"];
  const { terminationMessagePath: lastWords } = order;
  const hiddenButNeeded = site.visibleFolders.filter(isInOwnFolder);
  return [
    { path: order.workingDir, kind: "present" },
    ...(home?.startsWith("/") ? await homePlaces(home, order, folder) : []),
    ...(lastWords ? [await messagePlace(lastWords, folder)] : []),
    { path: "/var/tmp", kind: "folder", from: bind(scratch, ""), backing: scratch },
    { path: "/dev/shm", kind: "folder", from: SHARED_MEMORY },
    { path: STAND_IN_FOLDER, kind: "folder", from: bind(site.standInFolder, "") },
    ...hiddenButNeeded.map((path) => ({
      path,
      kind: "folder" as const,
      from: bind(site.hostFolder + path, ""),
    })),
    ...pod.files.map(({ path, source }) => ({ path, kind: "file" as const, from: bind(source, "") })),
    ...(await Promise.all(order.mounts.map((mount) => pod.volumes.placeOf(mount)))),
  ];
}

const MESSAGE_FILE = "termination-log";
/** Longer messages are cut (Kubernetes rule). */
const MESSAGE_BYTES = 4096;

async function messagePlace(path: string, folder: string): Promise<ContainerPlace> {
  const file = join(folder, MESSAGE_FILE);
  await writeFile(file, "");
  await chmod(file, 0o666);
  return { path, kind: "file", from: bind(file, "") };
}

async function withMessage(ending: Ending, folder: string): Promise<Ending> {
  const written = await readFile(join(folder, MESSAGE_FILE)).catch(() => Buffer.alloc(0));
  const message = written.subarray(0, MESSAGE_BYTES).toString();
  return message === "" ? ending : { ...ending, message };
}

/** A login shell begins with the host's `/etc/profile`, which forgets the PATH that the image has: give it back. */
async function homePlaces(
  home: string,
  { env }: ContainerOrder,
  folder: string,
): Promise<readonly ContainerPlace[]> {
  const profile = join(folder, "profile");
  await writeFile(profile, `export PATH='${(env["PATH"] ?? "").replaceAll("'", "'\\''")}'\n`);
  return [
    { path: home, kind: "writable" },
    { path: join(home, ".profile"), kind: "file", from: bind(profile, "") },
  ];
}

/** As container runtimes give it to pods that do not mount their own. */
const SHARED_MEMORY: MountEntry = {
  source: "shm",
  target: "",
  fileSystem: "tmpfs",
  options: ["size=64m,mode=1777,nosuid,nodev"],
};

/** As `NAME=value`. Programs on a terminal ask which one it is. */
function variables({ env }: ContainerOrder, isTty: boolean): readonly string[] {
  const complete = isTty ? { TERM: "xterm", ...env } : env;
  return Object.entries(complete).map(([name, value]) => `${name}=${value}`);
}

/** env(1), which runs every command, would take the name for a variable. */
function assertIsCommand([program = ""]: readonly string[]): void {
  if (program === "") throw new Error("Cannot start container: it has no command");
  if (program.includes("=")) throw new Error(`Cannot start "${program}": the program's name holds "="`);
}

function launch({ site, pod, order, folder }: Start): Promise<Command> {
  return startCommand(firstProcess(folder, pod, order), {
    hasStdin: order.keepsStdin,
    isTty: order.isTty,
    folder: site.containersFolder,
    reports: true,
  });
}

function firstProcess(folder: string, pod: ContainerHome, order: ContainerOrder): readonly string[] {
  const session = order.isTty ? "" : "setsid";
  return [
    ...["bash", "-c", REPORT_COMPLAINTS, "container"],
    ...["nsenter", "--target", String(pod.pausePid), "--net", "--uts", "--ipc"],
    ...["unshare", "--mount", "--pid", "--fork", "--kill-child"],
    ...["bash", "-c", FIRST_PROCESS, "container", folder, order.workingDir, session, ...order.command],
  ];
}

/** What the programs on the way complain about is for the supervisor: only the command may write to the log. */
const REPORT_COMPLAINTS = 'exec 4>&2 2>&3 3>&-; exec "$@"';

/** Furnishes the root, moves into it, reports its number as the supervisor knows it, and becomes the command. */
const FIRST_PROCESS = `
set -e
read -r pid _ </proc/self/stat
folder=$1 work=$2 env=$(type -P env) session=\${3:+$(type -P "$3")}
shift 3
mapfile -d '' -t environment <"$folder/environment"
mount --no-mtab --all --fstab "$folder/fstab"
cd "$folder/${ROOT_FOLDER}"
pivot_root . ${OLD_ROOT}
cd /
umount --no-mtab --lazy /${OLD_ROOT}
rmdir /${OLD_ROOT}
cd "$work"
for variable in "\${environment[@]}"; do
  [[ $variable != PATH=* ]] || PATH=\${variable#PATH=}
done
type -P "$1" >/dev/null || { echo "no program \\"$1\\" in $PATH"; exit 127; } >&2
echo "started $pid" >&2
exec 2>&4 4>&-
exec $session "$env" -i "\${environment[@]}" "$@"
`;

async function startedPid(command: Command, folder: string): Promise<number> {
  const started = await command.report(/^started (\d+)$/m);
  if (started) return Number(started[1]);
  for (const output of [command.stdout, command.stderr]) output.destroy();
  const why = command.reported().trim().replaceAll(join(folder, ROOT_FOLDER), "");
  throw new Error(`Cannot start container: ${why || "its first process was killed"}`);
}

interface Started {
  readonly id: string;
  readonly command: Command;
  /** Of the first process, as the supervisor knows it. */
  readonly pid: number;
}

function containerOf({ site, order }: Start, { id, command, pid }: Started): Container {
  let isRunning = true;
  void command.ending.then(() => {
    isRunning = false;
  });
  return { id, name: order.name, pid, startedAtMs: Date.now(), command, signal, exec };

  function signal(name: "SIGTERM" | "SIGKILL"): void {
    if (isRunning) signalQuietly(pid, name);
  }

  async function exec(argv: readonly string[], input: ExecInput): Promise<Command> {
    assertIsCommand(argv);
    const enter = ["nsenter", "--target", String(pid), "--mount", "--uts", "--ipc", "--net", "--pid"];
    const clean = ["env", "-i", `--chdir=${order.workingDir}`, ...variables(order, input.isTty)];
    return await startCommand([...enter, ...clean, ...argv], { ...input, folder: site.containersFolder });
  }
}
