import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareHostPath } from "./host-path.ts";

describe("prepareHostPath", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "host-path-"));
    writeFileSync(join(folder, "file"), "kept");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function prepare(name: string, pathType?: string): Promise<void> {
    const path = join(folder, name);
    return prepareHostPath({ type: "host", name: "v", path, ...(pathType !== undefined && { pathType }) });
  }

  it.each([
    ["new/folder", ""],
    ["new/folder", undefined],
    ["new/folder", "DirectoryOrCreate"],
  ])("makes the folder %s for type %j", async (name, type) => {
    await prepare(name, type);
    expect(statSync(join(folder, name)).isDirectory()).toBe(true);
  });

  it("makes a file, and keeps one that is there", async () => {
    await prepare("new", "FileOrCreate");
    await prepare("file", "FileOrCreate");
    expect(statSync(join(folder, "new")).size).toBe(0);
    expect(statSync(join(folder, "file")).size).toBe(4);
  });

  it.each([
    ["gone", "Directory", "a directory"],
    ["file", "Directory", "a directory"],
    ["file", "DirectoryOrCreate", "a directory"],
    [".", "File", "a file"],
    ["file", "Socket", "a socket file"],
    ["file", "CharDevice", "a character device"],
    ["gone", "BlockDevice", "a block device"],
  ])("refuses %s as %s", async (name, type, kind) => {
    await expect(prepare(name, type)).rejects.toThrow(
      `hostPath type check failed: ${join(folder, name)} is not ${kind}`,
    );
    expect(existsSync(join(folder, "gone"))).toBe(false);
  });

  it("takes what is there when the pod does not say what it should be", async () => {
    await expect(prepare("file", "")).resolves.toBeUndefined();
  });
});
