import type { Action } from "@heliostat/controller";
import { keyOf, nameOf } from "@heliostat/kube";
import { textTable } from "../output/text-table.ts";
import type { ClusterPlan, PlanReport } from "./plan-clusters.ts";

const SIGN = { create: "+", delete: "-", patch: "~", apply: "~" } as const;
const OUTCOME = { created: "is new", configured: "changes", unchanged: "stays as it is" } as const;

/** A plan for a person, one action a line; what comes only after other actions stands below `then`. */
export function planText({ clusters, others, comparedWith }: PlanReport): string {
  const actions = clusters.flatMap(({ plans }) => plans.flatMap((plan) => plan.actions));
  const lines = [
    `Compared with ${comparedWith}:`,
    ...clusters.flatMap(clusterLines),
    ...(others.length > 0 ? ["", `Applied as they stand: ${others.join(", ")}`] : []),
    "",
    `${countsOf(actions)}; nothing was written`,
  ];
  return `${lines.join("\n")}\n`;
}

function clusterLines({ name, outcome, plans, waitingFor }: ClusterPlan): readonly string[] {
  const steps = plans.map(({ actions }, index) => [
    ...(index > 0 ? ["  then"] : []),
    ...textTable(["", "", "", ""], actions.map(actionRow))
      .slice(1)
      .map((line) => `  ${line}`),
  ]);
  const nothing = waitingFor === undefined ? "  nothing to do" : `  nothing to do but wait for ${waitingFor}`;
  return [
    "",
    `RayCluster ${name} ${OUTCOME[outcome]}${outcome === "created" ? EXAMPLES : ""}`,
    ...(steps.length > 0 ? steps.flat() : [nothing]),
  ];
}

/** A pod's name is drawn from its cluster's uid, which there is none of yet. */
const EXAMPLES = " (its pods will end in other letters)";

function actionRow(action: Action): readonly string[] {
  return [SIGN[action.do], action.resource.kind, targetOf(action), action.why];
}

/** The object of an action, as `namespace/name`. */
export function targetOf(action: Action): string {
  return keyOf("object" in action ? nameOf(action.object) : action.target);
}

function countsOf(actions: readonly Action[]): string {
  const count = (...kinds: readonly Action["do"][]) =>
    actions.filter((action) => kinds.includes(action.do)).length;
  const changes = actions.length - count("create", "delete");
  return `${count("create")} to create, ${changes} to change, ${count("delete")} to delete`;
}
