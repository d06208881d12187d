import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HostFile, type HostListing, type Place, type RootStep, rootPlan } from "./root-plan.ts";

const HOST = host({
  "/bin": "-> usr/bin",
  "/etc": "folder",
  "/etc/hosts": "file",
  "/etc/resolv.conf": "-> ../run/systemd/resolve/stub-resolv.conf",
  "/etc/ssl": "folder",
  "/home": "folder",
  "/home/alice": "folder",
  "/notes.txt": "file",
  "/tmp": "folder",
  "/tmp/left": "folder",
  "/usr": "folder",
  "/usr/bin": "folder",
  "/var": "folder",
  "/var/run": "-> /run",
  "/var/log": "folder",
  "/var/log/syslog": "file",
});

describe("rootPlan()", () => {
  it("shows the host's top-level folders and links, and no files", () => {
    expect(brief(rootPlan([], HOST))).toEqual([
      "folder /dev",
      "folder /proc",
      "folder /run",
      "folder /tmp",
      "link /bin",
      "host /etc",
      "host /home",
      "host /usr",
      "host /var",
    ]);
  });

  it("mounts right over what the host has", () => {
    expect(beyondTopLevel([{ path: "/etc/hosts", kind: "file" }])).toEqual(["mount /etc/hosts"]);
    expect(beyondTopLevel([{ path: "/var/log", kind: "folder" }])).toEqual(["mount /var/log"]);
  });

  it("needs nothing for a mount point at the top level or in a folder of the container's own", () => {
    expect(
      beyondTopLevel([
        { path: "/data", kind: "folder" },
        { path: "/tmp/ray", kind: "folder" },
      ]),
    ).toEqual(["mount /data", "mount /tmp/ray"]);
  });

  it("opens the nearest existing ancestor of a missing mount point", () => {
    expect(beyondTopLevel([{ path: "/var/log/ray/here", kind: "folder" }])).toEqual([
      "open /var/log",
      "host /var/log/syslog",
      "mount /var/log/ray/here",
    ]);
  });

  it("opens outer folders before inner ones, and all before anything is mounted in them", () => {
    expect(
      beyondTopLevel([
        { path: "/var/log/syslog", kind: "file" },
        { path: "/var/log/ray", kind: "folder" },
        { path: "/var/lib/very/deep", kind: "folder" },
      ]),
    ).toEqual([
      "open /var",
      "link /var/run",
      "host /var/log",
      "open /var/log",
      "host /var/log/syslog",
      "mount /var/log/syslog",
      "mount /var/log/ray",
      "mount /var/lib/very/deep",
    ]);
  });

  it("replaces a file by a folder where the mount wants one", () => {
    expect(beyondTopLevel([{ path: "/var/log/syslog", kind: "folder" }])).toEqual([
      "open /var/log",
      "mount /var/log/syslog",
    ]);
  });

  it("gives a home to write in without hiding the homes of the host", () => {
    expect(beyondTopLevel([{ path: "/home/ray", kind: "writable" }])).toEqual([
      "open /home",
      "host /home/alice",
      "folder /home/ray",
    ]);
    expect(beyondTopLevel([{ path: "/home", kind: "writable" }])).toEqual(["open /home", "host /home/alice"]);
  });

  it("makes homes and working folders inside volumes, whatever the host has there", () => {
    expect(
      beyondTopLevel([
        { path: "/home", kind: "folder" },
        { path: "/home/alice", kind: "writable" },
      ]),
    ).toEqual(["mount /home", "folder /home/alice"]);
    expect(beyondTopLevel([{ path: "/", kind: "writable" }])).toEqual(["folder /"]);
  });

  it("leaves a working folder alone that exists", () => {
    expect(beyondTopLevel([{ path: "/usr/bin", kind: "present" }])).toEqual([]);
    expect(beyondTopLevel([{ path: "/srv/app", kind: "present" }])).toEqual(["folder /srv/app"]);
  });

  it("follows the host's links, but not into folders that the container has of its own", () => {
    expect(beyondTopLevel([{ path: "/var/run/secrets/token", kind: "folder" }])).toEqual([
      "mount /run/secrets/token",
    ]);
    expect(beyondTopLevel([{ path: "/etc/resolv.conf", kind: "file" }])).toEqual([
      "mount /run/systemd/resolve/stub-resolv.conf",
    ]);
    expect(beyondTopLevel([{ path: "/bin/../bin/tool", kind: "file" }])).toEqual([
      "open /usr/bin",
      "mount /usr/bin/tool",
    ]);
  });

  it("mounts outer places before inner ones, whatever their order", () => {
    expect(
      beyondTopLevel([
        { path: "/data/inner", kind: "folder" },
        { path: "/data", kind: "folder" },
      ]),
    ).toEqual(["mount /data", "mount /data/inner"]);
  });

  it("lets the later of two places at one path win", () => {
    const first = { path: "/dev/shm", kind: "folder", mark: 1 } as const;
    const second = { path: "/dev/shm/", kind: "folder", mark: 2 } as const;
    const mounts = rootPlan<Place & { mark: number }>([first, second], HOST).filter(isMount);
    expect(mounts.map((step) => step.place.mark)).toEqual([2]);
  });

  it("refuses to hide what every container needs", () => {
    for (const path of ["/", "/proc", "/proc/sys", "/dev", "/usr/../dev/"]) {
      expect(() => rootPlan([{ path, kind: "folder" }], HOST)).toThrow("every container has its own there");
    }
  });

  it("refuses links that lead in a circle", () => {
    const circle = host({ "/a": "-> /b", "/b": "-> /a" });
    expect(() => rootPlan([{ path: "/a/x", kind: "folder" }], circle)).toThrow("too many links");
  });

  it("makes every mount point exist before it is used", () => {
    const name = fc.constantFrom("var", "log", "home", "alice", "etc", "hosts", "new", "tmp", "run");
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join("/")}`);
    const place = fc.record({ path, kind: fc.constantFrom("folder", "writable", "present") });
    fc.assert(fc.property(fc.array(place, { maxLength: 5 }), assertEachPathIsReachable));
  });
});

/** Carries the plan out on a set of names: on what is read-only, only names that exist can be mounted on. */
function assertEachPathIsReachable(places: readonly Place[]): void {
  const areas = new Map<string, "own" | "host">([["/", "own"]]);
  for (const { step, path } of rootPlan(places, HOST)) {
    const area = areas.get(nearest(path, (above) => areas.has(above)));
    const needsFolder = step === "open" || (step === "mount" && area === "host");
    if (needsFolder) expect(HOST.entryAt(path)?.type).toBe("folder");
    if (step === "folder") {
      expect(area).toBe("own");
      continue;
    }
    const covered = [...areas.keys()].filter((below) => below.startsWith(`${path}/`));
    expect(covered).toEqual([]);
    areas.set(path, step === "host" ? "host" : "own");
  }
}

function nearest(path: string, isMatch: (path: string) => boolean): string {
  if (isMatch(path)) return path;
  return nearest(path.slice(0, path.lastIndexOf("/")) || "/", isMatch);
}

function isMount<P extends Place>(step: RootStep<P>): step is RootStep<P> & { step: "mount" } {
  return step.step === "mount";
}

function beyondTopLevel(places: readonly Place[]): readonly string[] {
  return brief(rootPlan(places, HOST)).slice(rootPlan([], HOST).length);
}

function brief<P extends Place>(steps: readonly RootStep<P>[]): readonly string[] {
  return steps.map(({ step, path }) => `${step} ${path}`);
}

function host(files: Readonly<Record<string, string>>): HostListing {
  return {
    entryAt: (path) => hostFile(files[path]),
    namesIn: (folder) =>
      Object.keys(files)
        .filter((path) => path.slice(0, path.lastIndexOf("/")) === (folder === "/" ? "" : folder))
        .map((path) => path.slice(path.lastIndexOf("/") + 1)),
  };
}

function hostFile(text: string | undefined): HostFile | undefined {
  if (text === undefined) return undefined;
  if (text.startsWith("-> ")) return { type: "link", target: text.slice(3) };
  return { type: text === "file" ? "file" : "folder" };
}
