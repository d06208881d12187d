import type { Container } from "@heliostat/kube";
import type { HeadGroupSpec, RayClusterSpec, WorkerGroupSpec } from "../raycluster/types.ts";
import type { SpecProblem } from "./spec-error.ts";

/** A cluster as its owner has written it: by itself, or inside a RayJob or RayService whose annotations then count. */
export interface ClusterSubject {
  readonly spec: RayClusterSpec;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is wrong with one aspect of a cluster. */
export type Rule = (cluster: ClusterSubject) => readonly SpecProblem[];

/** A row of a rule: whether this is wrong, where, and what to say. */
type Finding = readonly [isWrong: boolean, field: string, message: string];

/** The rows that are wrong, as problems. */
export function problemsAmong(findings: readonly Finding[]): readonly SpecProblem[] {
  return findings.filter(([isWrong]) => isWrong).map(([, field, message]) => ({ field, message }));
}

export function hasVariable(container: Container | undefined, name: string): boolean {
  return container?.env?.some((variable) => variable.name === name) ?? false;
}

/** Paths of fields as problems name them. */
export const HEAD = "spec.headGroupSpec";
export const HEAD_ENV: string = `${HEAD}.template.spec.containers[0].env`;

export function groupPath(index: number): string {
  return `spec.workerGroupSpecs[${index}]`;
}

/** A group of pods, the head's included, and where problems find it. */
export interface PlacedGroup {
  readonly group: HeadGroupSpec | WorkerGroupSpec;
  readonly at: string;
}

/** The head, then all worker groups. */
export function placedGroups({
  headGroupSpec,
  workerGroupSpecs = [],
}: RayClusterSpec): readonly PlacedGroup[] {
  return [
    { group: headGroupSpec, at: HEAD },
    ...workerGroupSpecs.map((group, index) => ({ group, at: groupPath(index) })),
  ];
}
