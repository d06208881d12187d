import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";

/**
 * One test for each `<case>.in.yaml` of a folder: what `build` makes of it equals `<case>.out.yaml`, a stream of YAML
 * documents. The first line of each input is a comment that says why the case exists; it is the test's name.
 *
 * `vitest run -u` writes the outputs anew: read the difference before you commit it.
 */
export function describeGolden<Input>(folder: string, build: (input: Input) => readonly unknown[]): void {
  const cases = readdirSync(folder).filter((file) => file.endsWith(".in.yaml"));

  describe(`golden pairs of ${folder.split("/").slice(-2).join("/")}`, () => {
    it("exist", () => expect(cases).not.toEqual([]));

    it.each(cases.map((file) => [whyOf(join(folder, file)), join(folder, file)]))(
      "%s",
      async (_why, file) => {
        const output = build(parse(readFileSync(file, "utf8"))).map(printed);
        await expect(output.join("---\n")).toMatchFileSnapshot(file.replace(/\.in\.yaml$/, ".out.yaml"));
      },
    );
  });
}

function whyOf(file: string): string {
  const [first = ""] = readFileSync(file, "utf8").split("\n");
  if (!first.startsWith("# "))
    throw new Error(`Cannot name a golden case: "${file}" does not begin with a comment`);
  return first.slice(2);
}

function printed(document: unknown): string {
  // YAML 1.1 puts quotes around "yes", which kubectl would read as true.
  return stringify(document, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
