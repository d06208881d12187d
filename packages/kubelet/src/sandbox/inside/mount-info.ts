/** A line of /proc/self/mountinfo, as far as it matters here. */
export interface MountedPath {
  readonly path: string;
  /** What a mount keeps when it is mounted again: the kernel refuses to drop these in a user namespace. */
  readonly lockedOptions: readonly string[];
}

/** What is mounted where, in the order of mounting. */
export function parseMountInfo(text: string): readonly MountedPath[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , , , path = "", options = ""] = line.split(" ");
      return { path: unescaped(path), lockedOptions: options.split(",").filter(isLockable) };
    });
}

/** The options that a mount must keep whose source lies at `path`. */
export function lockedOptionsAt(path: string, mounts: readonly MountedPath[]): readonly string[] {
  const around = mounts.filter((mount) => isWithin(path, mount.path));
  const deepest = around.reduce<MountedPath | undefined>(
    (best, mount) => (best && best.path.length > mount.path.length ? best : mount),
    undefined,
  );
  return deepest?.lockedOptions ?? [];
}

/** Whether `path` is `folder` or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

function isLockable(option: string): boolean {
  return ["nosuid", "nodev", "noexec"].includes(option);
}

function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
