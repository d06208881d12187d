import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import type { HostVolume } from "../runtime/container-runtime.ts";

/**
 * Make sure that a path of this machine is what a pod takes it for, and make it where the pod says that it may be made.
 * A path of which the pod says nothing becomes a folder, as container runtimes do.
 *
 * @throws Error in Kubernetes' words
 */
export async function prepareHostPath({ path, pathType }: HostVolume): Promise<void> {
  const wanted = pathType || "DirectoryOrCreate";
  const present = await stat(path).catch(() => undefined);
  if (!present && wanted === "DirectoryOrCreate") return makeFolder(path);
  if (!present && wanted === "FileOrCreate") return writeFile(path, "", { flag: "a" });
  if (!pathType) return;
  const expected = EXPECTED[wanted];
  if (!expected) throw new Error(`${wanted} is an invalid volume type`);
  if (!present || !expected.holds(present))
    throw new Error(`hostPath type check failed: ${path} is not ${expected.name}`);
}

interface FileKind {
  isDirectory(): boolean;
  isFile(): boolean;
  isSocket(): boolean;
  isCharacterDevice(): boolean;
  isBlockDevice(): boolean;
}

const FOLDER = { name: "a directory", holds: (kind: FileKind) => kind.isDirectory() };
const FILE = { name: "a file", holds: (kind: FileKind) => kind.isFile() };

const EXPECTED: Readonly<Record<string, typeof FOLDER>> = {
  Directory: FOLDER,
  DirectoryOrCreate: FOLDER,
  File: FILE,
  FileOrCreate: FILE,
  Socket: { name: "a socket file", holds: (kind) => kind.isSocket() },
  CharDevice: { name: "a character device", holds: (kind) => kind.isCharacterDevice() },
  BlockDevice: { name: "a block device", holds: (kind) => kind.isBlockDevice() },
};

/** Any user of any container may write in it, as in a volume of the pod's own. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
}
