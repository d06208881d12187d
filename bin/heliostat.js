#!/usr/bin/env node
// Plain JavaScript that any Node can parse: it finds a Node that can run the program, and becomes it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MINIMUM_MAJOR = 24;
const FLAGS = [
  // Run from the sources.
  "--conditions=@heliostat/source",
  // A small nursery: 20 MB less memory, and measured no slower.
  "--max-semi-space-size=4",
];
// Collect when the heap has grown by a half. By itself V8 waits until it has doubled and more, since it only knows how
// large the machine is, and an operator has a small share of it: docs/adr/0015-projections.md.
if (process.argv[2] === "operator") FLAGS.push("--heap-growing-percent=50");
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, "packages/cli/src/main.ts");

if (isRecent() && FLAGS.every((flag) => process.execArgv.includes(flag))) {
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
  await import(program);
} else {
  const node = isRecent() ? process.execPath : bundledNode();
  if (node === undefined) {
    process.stderr.write(
      `Heliostat needs Node ${MINIMUM_MAJOR} or newer and this is ${process.version}. ` +
        "On Linux, npm ci brings it; elsewhere, install it from https://nodejs.org.\n",
    );
    process.exit(1);
  }
  become(node, [...FLAGS, fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}

function isRecent() {
  return Number(process.versions.node.split(".")[0]) >= MINIMUM_MAJOR;
}

/** The Node that npm installed as an optional dependency of the repository, where there is one for this machine. */
function bundledNode() {
  const node = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  return existsSync(node) ? node : undefined;
}

/** Replace this process where Node can, so that there is one process to signal; otherwise stand in for it. */
function become(node, args) {
  if (typeof process.execve === "function") process.execve(node, [node, ...args], process.env);
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal) process.kill(process.pid, signal);
    else process.exit(code === null ? 1 : code);
  });
}
