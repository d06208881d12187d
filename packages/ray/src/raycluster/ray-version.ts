const VERSION = /^\s*v?((?:0|[1-9]\d*)(?:\.\d+)+)/;

/**
 * Whether the text of `spec.rayVersion` names at least version `minimum`; `undefined` when it names none.
 *
 * Read as Kubernetes reads versions (`version.ParseGeneric`): dotted numbers, and whatever follows them is ignored, so
 * that `2.53.0rc1` counts as 2.53.0. `nightly` is no version.
 */
export function isRayAtLeast(rayVersion: string | undefined, minimum: string): boolean | undefined {
  const [found, wanted] = [numbersOf(rayVersion ?? ""), numbersOf(minimum)];
  if (!found || !wanted) return undefined;
  for (let place = 0; place < Math.max(found.length, wanted.length); place += 1) {
    const difference = (found[place] ?? 0) - (wanted[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(text: string): readonly number[] | undefined {
  return VERSION.exec(text)?.[1]?.split(".").map(Number);
}
