import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { claimStateFolder } from "./state-folder.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("claimStateFolder()", () => {
  it("gives a folder to one Heliostat at a time, and to the next once it is released", async () => {
    const path = aFolder();
    const first = await claimStateFolder(path);
    await expect(claimStateFolder(path)).rejects.toThrow(`another Heliostat uses ${path}`);
    first.release();
    (await claimStateFolder(path)).release();
  });

  it("takes a folder whose owner has died without a word", async () => {
    const path = aFolder();
    (await claimStateFolder(path)).release();
    writeFileSync(join(path, "claim.sock"), "");
    (await claimStateFolder(path)).release();
    expect(existsSync(join(path, "claim.sock"))).toBe(false);
  });

  it("keeps others out of it", async () => {
    const claimed = await claimStateFolder(aFolder());
    expect(statSync(claimed.path).mode & 0o777).toBe(0o700);
    claimed.release();
  });

  it("refuses a path below which no folder can be made", async () => {
    await expect(claimStateFolder("/proc/nowhere/state")).rejects.toThrow("Cannot use /proc/nowhere/state");
  });

  it("refuses a path too long for a socket before anything starts", async () => {
    await expect(claimStateFolder(`/tmp/${"x".repeat(120)}`)).rejects.toThrow("longer than");
  });
});

function aFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), "heliostat-"));
  folders.push(parent);
  return join(parent, "state");
}
