import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { VolumeFile } from "../../runtime/container-runtime.ts";
import { showFiles } from "./shown-files.ts";

describe("showFiles", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "shown-files-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("shows each file as a link through one link to a folder of this moment", async () => {
    await showFiles(folder, files({ a: "1", "in/b": "2" }));
    expect(readlinkSync(join(folder, "a"))).toBe("..data/a");
    expect(readlinkSync(join(folder, "in"))).toBe("..data/in");
    expect(readlinkSync(join(folder, "..data"))).toMatch(/^\.\.\d{4}(_\d\d){5}\.\w+$/);
    expect(readFileSync(join(folder, "in/b"), "utf8")).toBe("2");
  });

  it("turns all files at once, and leaves nothing of what was", async () => {
    await showFiles(folder, files({ a: "1", b: "1", gone: "1" }));
    const before = readlinkSync(join(folder, "..data"));
    await showFiles(folder, files({ a: "2", b: "2", new: "2" }));
    const now = readlinkSync(join(folder, "..data"));
    expect(now).not.toBe(before);
    expect(readdirSync(folder).sort()).toEqual([now, "..data", "a", "b", "new"].sort());
    expect(readFileSync(join(folder, "new"), "utf8")).toBe("2");
  });

  it("touches nothing when the files are the same", async () => {
    await showFiles(folder, files({ a: "1" }));
    const before = readlinkSync(join(folder, "..data"));
    await showFiles(folder, files({ a: "1" }));
    expect(readlinkSync(join(folder, "..data"))).toBe(before);
  });

  it("may be asked by several at once", async () => {
    await Promise.all(["1", "1", "2"].map((text) => showFiles(folder, files({ a: text }))));
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("2");
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it("keeps earlier files for whoever found them past the link", async () => {
    await showFiles(folder, files({ "in/b": "1" }));
    const before = join(folder, readlinkSync(join(folder, "..data")), "in/b");
    await showFiles(folder, files({ "in/b": "2" }), { keepsEarlier: true });
    expect(readFileSync(before, "utf8")).toBe("1");
  });
});

function files(texts: Readonly<Record<string, string>>): readonly VolumeFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o644 }));
}
