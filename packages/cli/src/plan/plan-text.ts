import type { Action } from "@heliostat/controller";
import { keyOf, nameOf } from "@heliostat/kube";
import { textTable } from "../output/text-table.ts";
import type { ClusterPlan, PlanReport } from "./plan-clusters.ts";

const SIGN = { create: "+", change: "~", delete: "-" } as const;
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
  return [SIGN[effectOf(action)], action.resource.kind, targetOf(action), action.why];
}

/** The object of an action, as `namespace/name`. */
export function targetOf(action: Action): string {
  return keyOf(action.do === "create" ? nameOf(action.object) : action.target);
}

/** What an action does to its object; an apply makes what is not there. */
export function effectOf(action: Action): keyof typeof SIGN {
  if (action.do === "apply") return action.isRepair ? "change" : "create";
  return action.do === "patch" ? "change" : action.do;
}

function countsOf(actions: readonly Action[]): string {
  const effects = actions.map(effectOf);
  const count = (wanted: keyof typeof SIGN) => effects.filter((effect) => effect === wanted).length;
  return `${count("create")} to create, ${count("change")} to change, ${count("delete")} to delete`;
}
