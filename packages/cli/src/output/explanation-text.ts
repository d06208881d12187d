import type { Explanation, Finding } from "@heliostat/operator";

/** The sentence, and below it the chain that it rests on, one link deeper a level. Trouble is marked with `!`. */
export function explanationText({ cluster, sentence, findings }: Explanation): string {
  return `${[`RayCluster ${cluster}: ${sentence}`, "", ...findings.flatMap((each) => linesOf(each, 1))].join("\n")}\n`;
}

function linesOf({ about, says, isTrouble, because }: Finding, depth: number): readonly string[] {
  const margin = "  ".repeat(depth - 1) + (isTrouble ? "! " : "  ");
  return [`${margin}${about}: ${says}`, ...because.flatMap((each) => linesOf(each, depth + 1))];
}
