import type { ConfigMap, Random } from "@heliostat/kube";

/** What happened to some config maps, as a server would tell it to whoever watches. */
export interface RecordedWatch {
  /** The events after a revision, one a line. */
  after(resourceVersion: string): Buffer;
  /** The revision that is reached at the end. */
  readonly lastRevision: string;
  /** What is left at the end, in the order of names. */
  readonly remaining: readonly ConfigMap[];
}

const FIRST_REVISION = 100;

/** Events of all kinds, with characters of several bytes in them. */
export function recordedWatch(length: number, random: Random): RecordedWatch {
  const objects = new Map<string, ConfigMap>();
  const lines: string[] = [];
  for (let revision = FIRST_REVISION + 1; lines.length < length; revision += 1) {
    lines.push(JSON.stringify(nextEvent(objects, revision, random)));
  }
  const ends = lines.map((line) => Buffer.byteLength(line) + 1);
  const all = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return {
    after(resourceVersion) {
      const seen = Number(resourceVersion) - FIRST_REVISION;
      return all.subarray(ends.slice(0, seen).reduce((sum, bytes) => sum + bytes, 0));
    },
    lastRevision: String(FIRST_REVISION + length),
    remaining: [...objects.values()].sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1)),
  };
}

/** An empty list, from which the watch goes on. */
export const EMPTY_LIST = {
  apiVersion: "v1",
  kind: "ConfigMapList",
  metadata: { resourceVersion: String(FIRST_REVISION) },
  items: [],
};

function nextEvent(objects: Map<string, ConfigMap>, revision: number, random: Random): object {
  const resourceVersion = String(revision);
  const name = `n${Math.floor(random.fraction() * 12)}`;
  const chance = random.fraction();
  if (chance < 0.1) {
    return {
      type: "BOOKMARK",
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { resourceVersion } },
    };
  }
  const before = objects.get(name);
  const object: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "d", resourceVersion },
    data: { k: `${revision}ü\n€` },
  };
  if (before && chance < 0.4) {
    objects.delete(name);
    return { type: "DELETED", object };
  }
  objects.set(name, object);
  return { type: before ? "MODIFIED" : "ADDED", object };
}
