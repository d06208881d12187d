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
  const draft: Draft<P> = { listing, steps: [], areas: new Map([["/", "own"]]) };
  addTopLevel(draft);
  for (const [path, place] of outermostFirst(places, listing)) {
    addPlace(draft, path, place);
  }
  return draft.steps;
}

/** Top-level folders that a container gets empty and writable instead of the host's. */
export const OWN_FOLDERS: readonly string[] = ["/dev", "/proc", "/run", "/tmp"];

/** Whether the host's version of this path is hidden from every container. */
export function isInOwnFolder(path: string): boolean {
  return OWN_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

interface Draft<P extends Place> {
  readonly listing: HostListing;
  readonly steps: RootStep<P>[];
  /** Whose file system begins at a path: the container's own, the host's (read-only), or a mounted volume's. */
  readonly areas: Map<string, Area>;
}

type Area = "own" | "host" | "volume";

function addTopLevel<P extends Place>(draft: Draft<P>): void {
  for (const path of OWN_FOLDERS) {
    draft.steps.push({ step: "folder", path });
  }
  for (const name of draft.listing.namesIn("/")) {
    const path = `/${name}`;
    const isFile = draft.listing.entryAt(path)?.type === "file";
    if (!isFile && !OWN_FOLDERS.includes(path)) showHost(draft, path);
  }
}

function outermostFirst<P extends Place>(
  places: readonly P[],
  listing: HostListing,
): readonly (readonly [string, P])[] {
  const byPath = new Map<string, P>();
  for (const place of places) {
    const path = pathWithoutLinks(place.path, listing);
    assertCanHold(path, place);
    byPath.set(path, place);
  }
  return [...byPath].sort(([a], [b]) => depth(a) - depth(b));
}

function assertCanHold(path: string, { kind }: Place): void {
  if (kind === "present") return;
  const isTaken = path === "/" || path === "/dev" || path === "/proc" || path.startsWith("/proc/");
  if (isTaken) throw new Error(`Cannot mount at "${path}": every container has its own there`);
}

function addPlace<P extends Place>(draft: Draft<P>, path: string, place: P): void {
  if (areaOf(draft, path) === "host") makeRoom(draft, path, place.kind);
  if (place.kind === "folder" || place.kind === "file") {
    draft.steps.push({ step: "mount", path, place });
    draft.areas.set(path, "volume");
    return;
  }
  if (areaOf(draft, path) !== "host") draft.steps.push({ step: "folder", path });
}

/** Sees to it that a path inside a read-only folder of the host can be what its place wants it to be. */
function makeRoom<P extends Place>(draft: Draft<P>, path: string, kind: Place["kind"]): void {
  const existing = draft.listing.entryAt(path)?.type;
  if (existing === undefined) {
    openFolder(draft, nearestExisting(path, draft.listing));
    return;
  }
  if (existing === kind || (existing === "folder" && kind === "present")) return;
  if (existing === "folder" && kind === "writable") {
    openFolder(draft, path);
    return;
  }
  openFolder(draft, posix.dirname(path), path);
}

function openFolder<P extends Place>(draft: Draft<P>, folder: string, except?: string): void {
  draft.steps.push({ step: "open", path: folder });
  draft.areas.set(folder, "own");
  for (const name of draft.listing.namesIn(folder)) {
    const path = posix.join(folder, name);
    if (path !== except) showHost(draft, path);
  }
}

function showHost<P extends Place>(draft: Draft<P>, path: string): void {
  const entry = draft.listing.entryAt(path);
  if (entry === undefined) return;
  if (entry.type === "link") {
    draft.steps.push({ step: "link", path, target: entry.target });
    return;
  }
  draft.steps.push({ step: "host", path, type: entry.type });
  draft.areas.set(path, "host");
}

function areaOf<P extends Place>(draft: Draft<P>, path: string): Area {
  return draft.areas.get(path) ?? areaOf(draft, posix.dirname(path));
}

function nearestExisting(path: string, listing: HostListing): string {
  const parent = posix.dirname(path);
  return listing.entryAt(parent)?.type === "folder" ? parent : nearestExisting(parent, listing);
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
