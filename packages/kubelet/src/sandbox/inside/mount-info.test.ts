import { describe, expect, it } from "vitest";
import { lockedOptionsAt, parseMountInfo } from "./mount-info.ts";
import { bind, mountTable } from "./mount-table.ts";

const MOUNTS = parseMountInfo(
  [
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
    "28 27 0:25 / /home rw,nosuid,nodev,relatime shared:4 - ext4 /dev/vdb rw",
    String.raw`29 28 0:26 / /home/my\040disk rw,noexec - vfat /dev/sdc rw`,
    "",
  ].join("\n"),
);

describe("parseMountInfo()", () => {
  it("reads paths with blanks and the options that stay", () => {
    expect(MOUNTS).toEqual([
      { path: "/", lockedOptions: [] },
      { path: "/home", lockedOptions: ["nosuid", "nodev"] },
      { path: "/home/my disk", lockedOptions: ["noexec"] },
    ]);
  });
});

describe("lockedOptionsAt()", () => {
  it("goes by the nearest mount around the path", () => {
    expect(lockedOptionsAt("/var", MOUNTS)).toEqual([]);
    expect(lockedOptionsAt("/homes", MOUNTS)).toEqual([]);
    expect(lockedOptionsAt("/home/alice/x", MOUNTS)).toEqual(["nosuid", "nodev"]);
    expect(lockedOptionsAt("/home/my disk", MOUNTS)).toEqual(["noexec"]);
  });
});

describe("mountTable()", () => {
  it("writes a line for each entry, blanks escaped", () => {
    const shm = { source: "shm", target: "/r/dev/shm", fileSystem: "tmpfs", options: ["size=64m"] };
    expect(mountTable([bind("/a b", "/r/#c", "ro"), shm])).toBe(
      [String.raw`/a\040b /r/\043c none rbind,ro 0 0`, "shm /r/dev/shm tmpfs size=64m 0 0", ""].join("\n"),
    );
  });
});
