import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { noteAddress, notedAddress } from "./laptop-addresses.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heliostat-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is found by clients of the same state folder for as long as the laptop runs", async () => {
  const ends: (() => void)[] = [];
  await noteAddress({ folder, onStop: (end) => ends.push(end) }, "scaler", "http://127.0.0.1:4711");
  expect(await notedAddress({ stateFolder: folder }, "scaler")).toBe("http://127.0.0.1:4711");
  expect(await notedAddress({ stateFolder: folder }, "api")).toBeUndefined();
  for (const end of ends) end();
  expect(await notedAddress({ stateFolder: folder }, "scaler")).toBeUndefined();
});
