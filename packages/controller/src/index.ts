export type { Projection } from "./caches/cache-set.ts";
export { type CarryOutContext, carryOut, type FailedAction, type Outcome } from "./carry-out.ts";
export type { ControllerLoad } from "./controller.ts";
export { eachAtMost } from "./each-at-most.ts";
export {
  type ElectionTiming,
  type LeaderElectionOptions,
  type Leadership,
  leadWhenElected,
} from "./election/leader-election.ts";
export {
  type EventRecorder,
  type EventWords,
  KubeEventRecorder,
  type KubeEventRecorderOptions,
} from "./events/event-recorder.ts";
export { isIntentChange } from "./intent-change.ts";
export {
  type Action,
  type ActionEvent,
  type ApplyAction,
  apply,
  type CreateAction,
  create,
  type DeleteAction,
  type Explained,
  type PatchAction,
  type Plan,
  patch,
  remove,
} from "./plan.ts";
export {
  type Caches,
  DONE,
  labelled,
  lookAgain,
  owned,
  type ReconcileContext,
  type ReconcileResult,
  type Reconciler,
  readOnly,
  resultOf,
  type Sighting,
  type Watch,
  watching,
} from "./reconciler.ts";
export { type RunningControllers, type RunOptions, runControllers } from "./run-controllers.ts";
export { patchStatus, type WithStatus } from "./status-patch.ts";
