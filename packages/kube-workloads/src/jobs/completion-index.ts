import type { Job, Pod } from "@heliostat/kube";

/** Annotation and label by which a pod of an indexed job knows its part. */
export const INDEX = "batch.kubernetes.io/job-completion-index";

export function isIndexed({ spec }: Job): boolean {
  return spec?.completionMode === "Indexed";
}

/** The part of the job that the pod is to do; `undefined` when it says none that exists. */
export function indexOf({ metadata }: Pod, { spec }: Job): number | undefined {
  const index = Number(metadata.annotations?.[INDEX] ?? Number.NaN);
  return Number.isInteger(index) && index >= 0 && index < (spec?.completions ?? 0) ? index : undefined;
}

/** `0-2,5`: how a job's status writes a set of indexes; two in a row are `0,1` (Kubernetes rule). */
export function indexText(indexes: Iterable<number>): string {
  const runs: [number, number][] = [];
  for (const index of [...new Set(indexes)].sort((left, right) => left - right)) {
    const last = runs.at(-1);
    if (last && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(runText).join(",");
}

function runText([first, last]: readonly [number, number]): string {
  if (first === last) return `${first}`;
  return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
}

/** The reverse of {@link indexText}. */
export function indexesOf(text: string | undefined): ReadonlySet<number> {
  const runs = (text ?? "").split(",").filter((run) => run !== "");
  return new Set(
    runs.flatMap((run) => {
      const [first = 0, last = first] = run.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    }),
  );
}
