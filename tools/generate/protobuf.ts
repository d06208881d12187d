import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { protoComments } from "./proto-comments.ts";

const root = join(import.meta.dirname, "../..");
const SOURCES = join(root, "packages/proto/proto");

/**
 * Messages and services of `packages/proto/proto`, as protobuf-es has them. Needs no network: buf's compiler and the
 * plugin come from npm.
 *
 * @returns file contents by path below the repository root.
 */
export async function protobuf(): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "heliostat-protobuf-"));
  try {
    buf(["generate", "--template", "buf.gen.yaml", "--output", folder]);
    const modules = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => [`packages/proto/gen/${file}`, readFileSync(join(folder, file), "utf8")]),
    );
    return { ...modules, ...protoComments(buf) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buf(args: readonly string[]): void {
  const path = [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  execFileSync("buf", args, { cwd: SOURCES, env: { ...process.env, PATH: path }, stdio: "inherit" });
}
