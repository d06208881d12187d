import { posix } from "node:path";

/** What the plan may ask about the host's files. Links are not followed. */
export interface HostListing {
  entryAt(path: string): HostFile | undefined;
  /** What the folder holds; empty when it cannot be read. */
  namesIn(folder: string): readonly string[];
}

export type HostFile =
  | { readonly type: "folder" | "file" }
  | { readonly type: "link"; readonly target: string };

/** A path that a container must find in its root. */
export interface Place {
  /** Absolute; links of the host on the way are followed. */
  readonly path: string;
  /**
   * `folder`, `file`: something is mounted there, over whatever the host has.
   * `writable`: a folder to write in, in which the host's own entries stay visible.
   * `present`: a folder that only has to exist.
   */
  readonly kind: "folder" | "file" | "writable" | "present";
}

/** One step in building a root. Paths are the container's own and free of links. */
export type RootStep<P extends Place> =
  | { readonly step: "folder"; readonly path: string }
  | { readonly step: "link"; readonly path: string; readonly target: string }
  /** Show the host's file or folder under its own path, read-only. */
  | { readonly step: "host"; readonly path: string; readonly type: "folder" | "file" }
  /** Cover the host's folder with an empty one of the container's own. */
  | { readonly step: "open"; readonly path: string }
  | { readonly step: "mount"; readonly path: string; readonly place: P };

/**
 * Decides how a root comes about in which any path can be a mount point although the host's folders are read-only.
 *
 * The root is an empty folder in memory that shows the host's top-level folders. Where a mount point is missing in
 * one of them, its nearest existing ancestor is *opened*: covered with an empty folder that shows the host's entries
 * one by one and has room for the new name. So every path of the host keeps its real name.
 *
 * When two places share a path the later one wins.
 *
 * @throws Error when a place would hide what every container needs
 */
export function rootPlan<P extends Place>(
  places: readonly P[],
  listing: HostListing,
): readonly RootStep<P>[] {
  const wanted = outermostFirst(places, listing);
  const volumes = wanted.filter(({ place }) => isMounted(place)).map(({ path }) => path);
  const ofHost = new Set(wanted.filter(({ path }) => isOfHost(path, volumes, listing)));
  const room = plannedRoom([...ofHost], listing);
  return [
    ...topLevel<P>(listing),
    ...room.opened.flatMap((folder) => openFolder<P>(folder, room.replaced, listing)),
    ...wanted.flatMap((each) => lastStep(each, ofHost.has(each) ? listing : NOTHING)),
  ];
}

/** Top-level folders that a container gets empty and writable instead of the host's. */
const OWN_FOLDERS: readonly string[] = ["/dev", "/proc", "/run", "/tmp"];

/** Whether the host's version of this path is hidden from every container. */
export function isInOwnFolder(path: string): boolean {
  return OWN_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

interface Wanted<P extends Place> {
  /** Without links. */
  readonly path: string;
  readonly place: P;
}

function outermostFirst<P extends Place>(places: readonly P[], listing: HostListing): readonly Wanted<P>[] {
  const byPath = new Map<string, P>();
  for (const place of places) {
    const path = pathWithoutLinks(place.path, listing);
    assertCanHold(path, place);
    byPath.set(path, place);
  }
  const wanted = [...byPath].map(([path, place]) => ({ path, place }));
  return wanted.sort((a, b) => depth(a.path) - depth(b.path));
}

function assertCanHold(path: string, place: Place): void {
  if (!isMounted(place)) return;
  const isTaken = path === "/" || path === "/dev" || path === "/proc" || path.startsWith("/proc/");
  if (isTaken) throw new Error(`Cannot mount at "${path}": every container has its own there`);
}

function isMounted({ kind }: Place): boolean {
  return kind === "folder" || kind === "file";
}

/** Whether the container sees the host at this path: in its top-level folders, unless a volume lies over it. */
function isOfHost(path: string, volumes: readonly string[], listing: HostListing): boolean {
  const [top] = segments(path);
  if (top === undefined || isInOwnFolder(path)) return false;
  if (volumes.some((volume) => path.startsWith(`${volume}/`))) return false;
  return listing.entryAt(`/${top}`)?.type === "folder";
}

interface Room {
  /** Folders to open, outermost first: an inner one would be covered by its outer one otherwise. */
  readonly opened: readonly string[];
  /** Entries of the host that make way for something of another kind. */
  readonly replaced: ReadonlySet<string>;
}

function plannedRoom<P extends Place>(ofHost: readonly Wanted<P>[], listing: HostListing): Room {
  const opened = new Set<string>();
  const replaced = new Set<string>();
  for (const { path, place } of ofHost) {
    const existing = listing.entryAt(path)?.type;
    if (existing === "folder" && place.kind === "writable") opened.add(path);
    if (existing === typeOf(place)) continue;
    const folder = nearestFolder(path, listing);
    opened.add(folder);
    replaced.add(entryTowards(path, folder));
  }
  return { opened: [...opened].sort((a, b) => depth(a) - depth(b)), replaced };
}

function typeOf({ kind }: Place): "folder" | "file" {
  return kind === "file" ? "file" : "folder";
}

function topLevel<P extends Place>(listing: HostListing): readonly RootStep<P>[] {
  const own = OWN_FOLDERS.map((path): RootStep<P> => ({ step: "folder", path }));
  const ofHost = listing
    .namesIn("/")
    .map((name) => `/${name}`)
    .filter((path) => !OWN_FOLDERS.includes(path) && listing.entryAt(path)?.type !== "file");
  return [...own, ...ofHost.flatMap((path) => sightOf<P>(path, listing))];
}

function openFolder<P extends Place>(
  folder: string,
  replaced: ReadonlySet<string>,
  listing: HostListing,
): readonly RootStep<P>[] {
  const entries = listing.namesIn(folder).map((name) => posix.join(folder, name));
  const kept = entries.filter((path) => !replaced.has(path));
  return [{ step: "open", path: folder }, ...kept.flatMap((path) => sightOf<P>(path, listing))];
}

function sightOf<P extends Place>(path: string, listing: HostListing): readonly RootStep<P>[] {
  const entry = listing.entryAt(path);
  if (entry === undefined) return [];
  if (entry.type === "link") return [{ step: "link", path, target: entry.target }];
  return [{ step: "host", path, type: entry.type }];
}

function lastStep<P extends Place>(
  { path, place }: Wanted<P>,
  underneath: HostListing,
): readonly RootStep<P>[] {
  if (isMounted(place)) return [{ step: "mount", path, place }];
  return underneath.entryAt(path)?.type === "folder" ? [] : [{ step: "folder", path }];
}

/** What lies underneath where the host is not seen. */
const NOTHING: HostListing = { entryAt: () => undefined, namesIn: () => [] };

function nearestFolder(path: string, listing: HostListing): string {
  const parent = posix.dirname(path);
  return listing.entryAt(parent)?.type === "folder" ? parent : nearestFolder(parent, listing);
}

/** The entry of `folder` that is or leads to `path`: at most a file, which is in the way. */
function entryTowards(path: string, folder: string): string {
  const [name = ""] = segments(path.slice(folder.length));
  return posix.join(folder, name);
}

const MOST_LINKS = 40;

function pathWithoutLinks(path: string, listing: HostListing): string {
  const rest = segments(path);
  let done = "/";
  for (let links = 0; rest.length > 0; ) {
    const next = posix.join(done, rest.shift() ?? "");
    const entry = isInOwnFolder(next) ? undefined : listing.entryAt(next);
    if (entry?.type !== "link") {
      done = next;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw new Error(`Cannot mount at "${path}": too many links on the way`);
    rest.unshift(...segments(entry.target));
    if (posix.isAbsolute(entry.target)) done = "/";
  }
  return done;
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

function depth(path: string): number {
  return segments(path).length;
}
