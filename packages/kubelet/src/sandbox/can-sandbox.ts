import { spawn } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";

/** Whether pods can have sandboxes on this machine, and if not, why: a sentence for the user. */
export type SandboxProbe =
  | { readonly isPossible: true }
  | { readonly isPossible: false; readonly reason: string };

/**
 * Try, in a moment and without a trace, everything that the sandbox needs: namespaces without privileges, a bridge
 * and a cable in them, memory and a process table to mount.
 */
export async function canSandbox(platform: string = process.platform): Promise<SandboxProbe> {
  if (platform !== "linux") return no(`sandboxes need Linux, this is ${platform}`);
  const child = spawn("bash", ["-c", PROBE], { stdio: ["ignore", "pipe", "pipe"] });
  const isStarted = new Promise<boolean>((resolve) => {
    child.on("error", () => resolve(false)).on("spawn", () => resolve(true));
  });
  const [done, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (!(await isStarted)) return no('the program "bash" is missing');
  const steps = done.split("\n").filter(Boolean);
  if (steps.includes("possible")) return { isPossible: true };
  return no(explainRefusal({ steps, complaint: complaint.trim(), settings: kernelSettings() }));
}

function no(reason: string): SandboxProbe {
  return { isPossible: false, reason };
}

/** How far the probe came, and what it met. */
export interface Refusal {
  /** What the probe has done, in order: a missing program as `missing NAME`. */
  readonly steps: readonly string[];
  readonly complaint: string;
  readonly settings: KernelSettings;
}

/** Settings by which kernels and distributions forbid namespaces; `undefined` where there is no such setting. */
interface KernelSettings {
  readonly appArmorRestricts: string | undefined;
  readonly usernsClone: string | undefined;
  readonly mostUserNamespaces: string | undefined;
}

/** What stands in the way, and what removes it. */
export function explainRefusal({ steps, complaint, settings }: Refusal): string {
  const missing = steps.find((step) => step.startsWith("missing "))?.slice("missing ".length);
  if (missing !== undefined) return `the program "${missing}" is missing; ${REMEDY[missing] ?? ALL_THERE_IS}`;
  const last = steps.at(-1) ?? "start";
  if (last === "cable")
    return `a process table cannot be mounted (${complaint}): this looks like a container`;
  if (last === "namespaces") return `the kernel has no bridge or no veth devices (${complaint})`;
  return `the kernel refuses namespaces to users (${complaint})${settingToChange(settings)}`;
}

const ALL_THERE_IS = "it comes with util-linux or coreutils";

const REMEDY: Readonly<Record<string, string>> = {
  ip: "it comes with iproute2",
};

function settingToChange({ appArmorRestricts, usernsClone, mostUserNamespaces }: KernelSettings): string {
  if (usernsClone === "0") return "; allow them with: sudo sysctl kernel.unprivileged_userns_clone=1";
  if (mostUserNamespaces === "0") return "; allow them with: sudo sysctl user.max_user_namespaces=10000";
  if (appArmorRestricts === "1") {
    return "; AppArmor forbids it, allow it with: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
  }
  return "";
}

function kernelSettings(): KernelSettings {
  return {
    appArmorRestricts: setting("kernel/apparmor_restrict_unprivileged_userns"),
    usernsClone: setting("kernel/unprivileged_userns_clone"),
    mostUserNamespaces: setting("user/max_user_namespaces"),
  };
}

function setting(name: string): string | undefined {
  const path = `/proc/sys/${name}`;
  try {
    accessSync(path, constants.R_OK);
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}

const PROBE = `
PATH=$PATH:/usr/sbin:/sbin
for program in unshare nsenter ip mount umount pivot_root setsid env mkfifo hostname sleep; do
  type -P "$program" >/dev/null || { echo "missing $program"; exit 1; }
done
exec unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc bash -c '
set -e
echo namespaces
ip link add probe type bridge
ip link add one type veth peer name two
ip link set one master probe
echo cable
mount -t tmpfs probe /tmp
unshare --mount --pid --fork --mount-proc true
echo possible
'
`;
