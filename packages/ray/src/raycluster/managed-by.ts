import type { ManagedSpec } from "../managed-spec.ts";
import { MANAGER } from "../vocabulary/managed-by.ts";

/** Whether the operator looks after an object: it does unless `spec.managedBy` names somebody else. */
export function isManagedByOperator({ spec }: { readonly spec: ManagedSpec }): boolean {
  return spec.managedBy === undefined || spec.managedBy === MANAGER.operator;
}
