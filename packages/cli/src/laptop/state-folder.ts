import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { fileTrouble } from "../system/file-trouble.ts";
import { UserError } from "../user-error.ts";

/** A state folder that is ours until we give it back. */
export interface StateFolder {
  readonly path: string;
  release(): void;
}

/** Longest path that a unix socket may have on Linux, less what our own file names need. */
const MAX_PATH_LENGTH = 107 - "/node/supervisor.sock".length;

/**
 * Make the folder and claim it. The claim is a listening socket in it, so it ends with the process, however that ends.
 *
 * @throws UserError when another Heliostat has it, or when it cannot be made
 */
export async function claimStateFolder(path: string): Promise<StateFolder> {
  if (path.length > MAX_PATH_LENGTH) {
    throw new UserError(
      `Cannot use ${path} as the state folder: its path is longer than ${MAX_PATH_LENGTH} characters`,
      {
        hint: "Name a shorter one with --data-dir",
      },
    );
  }
  try {
    makeFolder(path);
    chmodSync(path, 0o700);
  } catch (cause) {
    throw new UserError(`Cannot use ${path} as the state folder: ${fileTrouble(cause)}`, {
      hint: "Name another one with --data-dir",
      cause,
    });
  }
  const socket = join(path, "claim.sock");
  if (await isAnswered(socket)) {
    throw new UserError(`Cannot start: another Heliostat uses ${path}`, {
      hint: `Stop it, use it (export KUBECONFIG=${join(path, "kubeconfig")}), or name another folder with --data-dir`,
    });
  }
  rmSync(socket, { force: true });
  const server = await listening(socket);
  return {
    path,
    release() {
      server.close();
      rmSync(socket, { force: true });
    },
  };
}

/** Level by level: below a folder that takes no folders, such as `/proc`, Node's own recursion never ends. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

function isAnswered(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.on("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", () => resolve(false));
  });
}

function listening(socket: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((connection) => connection.destroy());
    server.on("error", reject);
    server.listen(socket, () => resolve(server));
    server.unref();
  });
}
