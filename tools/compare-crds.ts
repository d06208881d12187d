import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { dominoCrds } from "../packages/engines/src/crds/domino-crds.ts";
import type { CustomResourceDefinition } from "../packages/kube/gen/types.ts";
import { rayCrds } from "../packages/ray/src/crds/ray-crds.ts";
import { type CrdDifference, crdDifferences } from "./generate/crd-differences.ts";
import intendedForRay from "./generate/intended-crd-differences.json" with { type: "json" };
import intendedForDomino from "./generate/intended-domino-crd-differences.json" with { type: "json" };

/*
 * Compares our CRDs with published ones in a folder (`ray.io_rayclusters.yaml`, ...), KubeRay's or Domino's, field by
 * field: versions, columns, types, required fields, defaults, enums, bounds, list keys, rules. Prints what is not in
 * `generate/intended-*crd-differences.json`, and what is there without need; either makes it fail.
 */

/** A difference that we want. `*` in `path` stands for any text. */
interface IntendedDifference {
  readonly path: string;
  readonly fact: string;
  readonly reason: string;
}

const folder = process.argv[2];
if (!folder) {
  process.stderr.write("Usage: node --conditions=@heliostat/source tools/compare-crds.ts FOLDER\n");
  process.exit(2);
}

const published = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => parse(readFileSync(join(folder, file), "utf8")) as CustomResourceDefinition);
const isRay = published.some(({ spec }) => spec.group === "ray.io");
const [definitions, intended] = isRay ? [rayCrds(), intendedForRay] : [dominoCrds(), intendedForDomino];
const differences = definitions.flatMap((ours) => {
  const theirs = published.find(({ metadata }) => metadata.name === ours.metadata.name);
  if (!theirs) throw new Error(`Cannot compare "${ours.metadata.name}": "${folder}" does not have it`);
  return crdDifferences(ours, theirs);
});

const used = new Set<IntendedDifference>();
const unexpected = differences.filter((difference) => {
  const reasons = intended.filter((each) => isIntended(difference, each));
  for (const each of reasons) used.add(each);
  return reasons.length === 0;
});
const obsolete = intended.filter((each) => !used.has(each));

for (const { path, fact, ours, theirs } of unexpected) {
  process.stdout.write(`${path} [${fact}]: ours ${text(ours)}, theirs ${text(theirs)}\n`);
}
for (const { path, fact } of obsolete) {
  process.stdout.write(`${path} [${fact}]: listed as intended, and there is no such difference\n`);
}
process.stdout.write(
  `${differences.length} differences, ${differences.length - unexpected.length} of them intended\n`,
);
if (unexpected.length + obsolete.length > 0) process.exitCode = 1;

function isIntended(difference: CrdDifference, { path, fact }: IntendedDifference): boolean {
  const parts = path.split("*").map((part) => part.replace(/[.[\]{}$^()|\\+?]/g, "\\$&"));
  return difference.fact === fact && new RegExp(`^${parts.join(".*")}$`).test(difference.path);
}

function text(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
