import type { Job } from "@heliostat/kube";
import { indexesOf } from "./completion-index.ts";

/** The first rule of the success policy that is met; `undefined`: none, or there is no policy. */
export function metSuccessRule({ spec }: Job, done: ReadonlySet<number>): number | undefined {
  const rules = spec?.successPolicy?.rules ?? [];
  const index = rules.findIndex(({ succeededIndexes, succeededCount }) => {
    const wanted = succeededIndexes === undefined ? undefined : [...indexesOf(succeededIndexes)];
    const met = wanted === undefined ? done.size : wanted.filter((each) => done.has(each)).length;
    return met >= (succeededCount ?? wanted?.length ?? 0);
  });
  return index < 0 ? undefined : index;
}
