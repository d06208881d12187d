import type { Json, KubeObject } from "@heliostat/kube";
import type { State } from "./revision-log.ts";
import type { FaultSuite } from "./scenario.ts";

/**
 * What counts of a state at rest, as sorted lines: two runs ended alike if theirs are equal. Uids, addresses and times
 * say nothing; nor do the names of pods, of which only the group differs from run to run.
 */
export function essenceOf(state: State, suite: FaultSuite): readonly string[] {
  const names = new Map<string, string>();
  for (const { resource, after } of state.revisions) {
    if (resource.plural === "pods" && after) names.set(after.metadata.name, podRole(after));
  }
  return suite.resources
    .flatMap((resource) =>
      state.of(resource).flatMap((object) => {
        const essence = suite.essence(object, resource);
        if (essence === undefined) return [];
        return `${resource.plural} ${JSON.stringify(levelled(essence, names))}`;
      }),
    )
    .sort();
}

/** How two essences differ, in few words. */
export function differenceOf(expected: readonly string[], found: readonly string[]): string {
  const missing = without(expected, found).map((line) => `- ${line}`);
  const surplus = without(found, expected).map((line) => `+ ${line}`);
  return [...missing, ...surplus].join("\n");
}

function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** A pod is known by its name without the number at the end. */
function podRole({ metadata }: KubeObject): string {
  return metadata.name.replace(/-[a-z0-9]+$/, "-*");
}

const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const NAME = /[a-z0-9][-a-z0-9]*[a-z0-9]/g;
const ADDRESS = /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;

function levelled(value: Json, names: ReadonlyMap<string, string>): Json {
  if (typeof value === "string") return levelledText(value, names);
  if (Array.isArray(value)) return value.map((each) => levelled(each, names));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, levelled(each as Json, names)]));
}

function levelledText(text: string, names: ReadonlyMap<string, string>): string {
  return text
    .replace(TIME, "<time>")
    .replace(UID, "<uid>")
    .replace(ADDRESS, "<address>")
    .replace(NAME, (word) => names.get(word) ?? word);
}
