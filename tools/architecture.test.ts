import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const rooms = readdirSync(join(root, "packages")).sort();
const FORBIDDEN_WORDS = /(^|-)(utils?|helpers?|common|managers?|base|misc|shared|impl)(-|\.|$)/;

interface Cruise {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

describe("the house", () => {
  it("draws in ARCHITECTURE.md exactly the arrows that the package.json files declare", () => {
    expect(drawnArrows()).toEqual(declaredArrows());
  });

  it("repeats those arrows as TypeScript project references", () => {
    for (const room of rooms) {
      const { references } = json(`packages/${room}/tsconfig.json`) as { references: { path: string }[] };
      expect(references.map(({ path }) => path.slice(3)).sort(), room).toEqual(dependenciesOf(room));
    }
  });

  it("has a README at every room's entrance", () => {
    expect(rooms.filter((room) => !existsSync(join(root, "packages", room, "README.md")))).toEqual([]);
  });

  it("has no file whose name says nothing", () => {
    const files = execFileSync("git", ["ls-files", "packages", "tools", "bench", "e2e"], {
      cwd: root,
      encoding: "utf8",
    });
    expect(files.split("\n").filter((file) => FORBIDDEN_WORDS.test(file.split("/").at(-1) ?? ""))).toEqual(
      [],
    );
  });
});

describe("the imports", () => {
  let cruise: Cruise;
  beforeAll(() => {
    const binary = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const options = [
      "packages",
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "json",
      "--no-progress",
    ];
    const text = runForOutput(process.execPath, [binary, ...options]);
    cruise = JSON.parse(text) as Cruise;
  });

  it("were really read: every room's door is among the modules", () => {
    const sources = new Set(cruise.modules.map(({ source }) => source));
    expect(rooms.filter((room) => !sources.has(`packages/${room}/src/index.ts`))).toEqual([]);
    expect(sources.size).toBeGreaterThan(rooms.length * 5);
  });

  it("keep every border", () => {
    expect(cruise.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual(
      [],
    );
  });
});

/** Standard output even of a program that ends with an error: the cruiser's exit code counts its violations. */
function runForOutput(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 27 });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

function drawnArrows(): string[] {
  const drawing =
    /```mermaid\n([\s\S]*?)```/.exec(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"))?.[1] ?? "";
  return drawing
    .split("\n")
    .flatMap((line) => {
      const [from, to] = line.split("-->");
      return to === undefined ? [] : to.split("&").map((target) => `${from?.trim()} -> ${target.trim()}`);
    })
    .sort();
}

function declaredArrows(): string[] {
  return rooms.flatMap((room) => dependenciesOf(room).map((target) => `${room} -> ${target}`)).sort();
}

function dependenciesOf(room: string): string[] {
  const { dependencies = {} } = json(`packages/${room}/package.json`) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(dependencies)
    .flatMap((name) => (name.startsWith("@heliostat/") ? [name.slice("@heliostat/".length)] : []))
    .sort();
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}
