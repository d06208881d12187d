import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crds } from "./generate/crds.ts";
import { kubeTypes } from "./generate/kube-types.ts";
import { protobuf } from "./generate/protobuf.ts";

/** Every generator of committed files. `npm run generate` writes them; `--verify` demands that nothing would change. */
const GENERATORS: readonly (() => Promise<Record<string, string>>)[] = [kubeTypes, crds, protobuf];

const root = join(import.meta.dirname, "..");
const verify = process.argv.includes("--verify");
const stale: string[] = [];

for (const generate of GENERATORS) {
  for (const [path, text] of Object.entries(await generate())) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    if (verify) {
      stale.push(path);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}
if (stale.length > 0) {
  process.stderr.write(`Generated files are out of date (run npm run generate):\n  ${stale.join("\n  ")}\n`);
  process.exitCode = 1;
}
