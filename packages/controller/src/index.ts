export { type CarryOutContext, carryOut, type FailedAction, type Outcome } from "./carry-out.ts";
export type { EventRecorder, EventWords } from "./event-recorder.ts";
export {
  type Action,
  type ActionEvent,
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
  type Watch,
} from "./reconciler.ts";
