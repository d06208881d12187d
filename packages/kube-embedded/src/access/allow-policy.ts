import type { Policy } from "./policy.ts";
import { FULL_RULES } from "./policy.ts";
import { ANONYMOUS, UNAUTHENTICATED } from "./subject-names.ts";

/** Whoever is known may do everything: a laptop has one user. The anonymous may do nothing, not even by proxy. */
export const ALLOW_POLICY: Policy = {
  decide: ({ user: { name, groups } }) => ({
    isAllowed: name !== ANONYMOUS && !groups.includes(UNAUTHENTICATED),
  }),
  rulesOf: () => ({ rules: FULL_RULES, problems: [] }),
};
