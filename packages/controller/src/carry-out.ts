import { isKubeError, type KubeClient, type KubeObject, keyOf, type Logger } from "@heliostat/kube";
import { eachAtMost } from "./each-at-most.ts";
import { type Attempt, eventsOf, targetOf } from "./events/action-events.ts";
import type { EventRecorder } from "./events/event-recorder.ts";
import type { Action, CreateAction, DeleteAction, PatchAction, Plan } from "./plan.ts";

/** What became of a plan. */
export interface Outcome {
  /** The actions that succeeded, in the order in which they ended. */
  readonly done: readonly Action[];
  /** The first failure; nothing that follows its step was begun. */
  readonly failed?: FailedAction;
}

export interface FailedAction {
  readonly action: Action;
  readonly error: Error;
}

export interface CarryOutContext {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** How many actions of one step are in flight at once. @default 32 */
  readonly maxInFlight?: number;
}

/**
 * Do what a plan says, through the port. `regarding` is the object whose plan it is: the events are about it.
 *
 * **Flow.** Deletions first, all in one step; then the other actions in the plan's order, where neighbours that name the
 * same step, or do the same to the same resource, are independent and form one step. The actions of a step run side by
 * side.
 *
 * **Guarantees.** After a failure nothing new is begun, what is in flight is awaited, and the failure is returned and
 * not thrown: a status can tell of it. The actions of a step that have the same words share one event; a failure that
 * only says "look again" (Conflict, AlreadyExists, NotFound) leaves none. A deletion whose object is gone is done.
 *
 * **Assumptions.** The next reconcile plans afresh; nothing is retried here.
 *
 * @throws the signal's reason when it aborts between two actions; an action that was begun is never cut off
 */
export async function carryOut(
  plan: Plan,
  regarding: KubeObject,
  context: CarryOutContext,
): Promise<Outcome> {
  const done: Action[] = [];
  for (const step of stepsOf(plan.actions)) {
    const outcome = await carryOutStep(step, regarding, context);
    done.push(...outcome.done);
    if (outcome.failed) return { done, failed: outcome.failed };
  }
  return { done };
}

/** The actions that may run side by side, step by step. */
function stepsOf(actions: readonly Action[]): readonly (readonly Action[])[] {
  const deletions = actions.filter((action) => action.do === "delete");
  const steps: Action[][] = deletions.length > 0 ? [deletions] : [];
  for (const action of actions.filter((each) => each.do !== "delete")) {
    const step = steps.at(-1);
    if (step?.[0] && areIndependent(step[0], action)) step.push(action);
    else steps.push([action]);
  }
  return steps;
}

function areIndependent(left: Action, right: Action): boolean {
  if (left.step !== undefined || right.step !== undefined) return left.step === right.step;
  return (
    left.do === right.do &&
    left.resource.plural === right.resource.plural &&
    left.resource.group === right.resource.group
  );
}

async function carryOutStep(
  step: readonly Action[],
  regarding: KubeObject,
  context: CarryOutContext,
): Promise<Outcome> {
  const attempts: Attempt[] = [];
  const hasFailed = () => attempts.some(({ error }) => error);
  try {
    await eachAtMost(context.maxInFlight ?? 32, step, async (action) => {
      if (hasFailed()) return;
      context.signal.throwIfAborted();
      const error = await errorOf(perform(action, context.client));
      attempts.push({ action, error });
      log({ action, error }, context.logger);
    });
  } finally {
    for (const words of eventsOf(attempts)) context.events.record(regarding, words);
  }
  const done = attempts.filter(({ error }) => !error).map(({ action }) => action);
  const [failed] = attempts.flatMap(({ action, error }) => (error ? [{ action, error }] : []));
  return failed ? { done, failed } : { done };
}

async function perform(action: Action, client: KubeClient): Promise<void> {
  switch (action.do) {
    case "create":
      await createUnlessThere(action, client);
      return;
    case "apply": {
      const { fieldManager } = action;
      await client.apply(action.resource, action.object, { fieldManager, force: true });
      return;
    }
    case "delete":
      await deleteUnlessGone(action, client);
      return;
    case "patch":
      await client.patch(action.resource, action.target, patchOptions(action));
      return;
  }
}

async function createUnlessThere(
  { resource, object, mayExist }: CreateAction,
  client: KubeClient,
): Promise<void> {
  try {
    await client.create(resource, object);
  } catch (error) {
    if (!mayExist || !isKubeError(error, "AlreadyExists")) throw error;
  }
}

async function deleteUnlessGone(action: DeleteAction, client: KubeClient): Promise<void> {
  const { resource, target, uid, options } = action;
  try {
    await client.delete(resource, target, { ...options, ...(uid && { preconditions: { uid } }) });
  } catch (error) {
    // With only the uid as a precondition, a conflict means that another object has taken the name.
    if (!isKubeError(error, "NotFound", "Conflict")) throw error;
  }
}

function patchOptions({ patch, subresource }: PatchAction): Pick<PatchAction, "patch" | "subresource"> {
  return subresource ? { patch, subresource } : { patch };
}

async function errorOf(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(`Cannot carry out action: ${error}`, { cause: error });
  }
}

function log({ action, error }: Attempt, logger: Logger): void {
  const { resource, why } = action;
  const fields = { do: action.do, kind: resource.kind, target: keyOf(targetOf(action)), why };
  if (error) logger.debug("Action failed", { ...fields, error });
  else logger.info("Action done", fields);
}
