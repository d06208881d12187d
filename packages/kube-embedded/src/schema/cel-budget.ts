/** Kubernetes' limits, in units of cost: of one rule, and of all rules that look at one object. */
const RULE_LIMIT = 1_000_000;
const OBJECT_LIMIT = 10_000_000;

const OUT_OF_BUDGET = "operation cancelled: actual cost limit exceeded";

/** Rules are evaluated one after the other and wait for nothing, so one account is enough. */
let spentByRule = 0;
let spentByObject = 0;

/** A rule, or all rules of an object, cost more than they may. */
export class CelBudgetError extends Error {
  constructor() {
    super(OUT_OF_BUDGET);
  }
}

/** Called by the expression itself, once for each item that it looks at. */
export function chargeItem(cost: bigint): boolean {
  spentByRule += Number(cost);
  if (spentByRule > RULE_LIMIT) throw new CelBudgetError();
  return true;
}

/** Evaluate one rule. @throws CelBudgetError although the expression may have swallowed the refusal on its way */
export function withinRuleBudget<T>(evaluate: () => T): T {
  spentByRule = 0;
  try {
    const result = evaluate();
    if (spentByRule > RULE_LIMIT) throw new CelBudgetError();
    return result;
  } finally {
    spentByObject += spentByRule;
  }
}

/** Look at all rules of one object; `isSpent` says whether the rest must be left. */
export function withinObjectBudget<T>(look: () => T): T {
  spentByObject = 0;
  return look();
}

export function isObjectBudgetSpent(): boolean {
  return spentByObject > OBJECT_LIMIT;
}
