export { type Fault, faultFrom, faultText } from "./faults/fault.ts";
export { type InputWalkOptions, inputWalk, type Transition } from "./faults/input-walk.ts";
export { Lab } from "./faults/lab.ts";
export { pointsOf } from "./faults/points.ts";
export type { Revision, State } from "./faults/revision-log.ts";
export {
  type FaultRun,
  faultRuns,
  type Reference,
  referenceRun,
} from "./faults/run-scenario.ts";
export {
  type Act,
  type Fate,
  type FaultSuite,
  type Invariant,
  podsOf,
  type Scenario,
  type Step,
} from "./faults/scenario.ts";
export { type FieldValue, fieldValues, withValue } from "./faults/schema-walk.ts";
export type { Violation } from "./faults/world.ts";
