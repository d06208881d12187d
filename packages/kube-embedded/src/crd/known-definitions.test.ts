import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CustomResourceDefinition } from "@heliostat/kube";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { definitionProblems } from "./definition-problems.ts";

/** Definitions of KubeRay and Domino, where the reference data is at hand. */
const data = referenceData(import.meta.dirname);

const files = ["kuberay-crds", "domino-crds"].flatMap((folder) => {
  const path = data === undefined ? undefined : join(data, folder);
  return path === undefined || !existsSync(path) ? [] : readdirSync(path).map((file) => join(path, file));
});

describe.skipIf(files.length === 0)("definitions of others", () => {
  it.each(files)("are accepted: %s", (file) => {
    const definition = parse(readFileSync(file, "utf8")) as CustomResourceDefinition;
    expect(definitionProblems(definition)).toEqual([]);
  });
});

function referenceData(from: string): string | undefined {
  const folder = join(from, "shared/data");
  if (existsSync(folder)) return folder;
  return dirname(from) === from ? undefined : referenceData(dirname(from));
}
