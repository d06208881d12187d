/**
 * Paths of the fields that occur more than once in an object of this JSON text (`spec.replicas`,
 * `spec.containers[0].image`), in the order of the text. `JSON.parse` keeps the last of them and says nothing.
 *
 * The text must be valid JSON: only brackets, commas and strings are looked at.
 *
 * @param texts how many texts there are in what it says, the names of members among them
 */
export function duplicateKeys(json: string, texts: number): readonly string[] {
  if (quotesIn(json) === 2 * texts) return [];
  const duplicates = new Set<string>();
  const open: Frame[] = [];
  for (const [token] of json.matchAll(TOKEN)) {
    const frame = open.at(-1);
    if (token === "{") open.push({ path: childPath(frame), keys: new Set(), expectsKey: true, key: "" });
    else if (token === "[") open.push({ path: childPath(frame), index: 0 });
    else if (token === "}" || token === "]") open.pop();
    else if (token === ",") advance(frame);
    else readString(token, frame, duplicates);
  }
  return [...duplicates];
}

/** What of a text was lost when it was read was a member whose name came again. */
function quotesIn(json: string): number {
  const plain = json.includes("\\") ? json.replace(/\\./gs, "") : json;
  let count = 0;
  for (let at = plain.indexOf('"'); at >= 0; at = plain.indexOf('"', at + 1)) count += 1;
  return count;
}

type Frame = ObjectFrame | ArrayFrame;

interface ObjectFrame {
  readonly path: string;
  readonly keys: Set<string>;
  expectsKey: boolean;
  key: string;
}

interface ArrayFrame {
  readonly path: string;
  index: number;
}

const TOKEN = /[{}[\],]|"[^"\\]*(?:\\.[^"\\]*)*"/g;

function advance(frame: Frame | undefined): void {
  if (frame === undefined) return;
  if ("index" in frame) frame.index += 1;
  else frame.expectsKey = true;
}

function readString(token: string, frame: Frame | undefined, duplicates: Set<string>): void {
  if (frame === undefined || "index" in frame || !frame.expectsKey) return;
  frame.expectsKey = false;
  frame.key = JSON.parse(token) as string;
  if (frame.keys.has(frame.key)) duplicates.add(childPath(frame));
  frame.keys.add(frame.key);
}

function childPath(frame: Frame | undefined): string {
  if (frame === undefined) return "";
  if ("index" in frame) return `${frame.path}[${frame.index}]`;
  return frame.path === "" ? frame.key : `${frame.path}.${frame.key}`;
}
