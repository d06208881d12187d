import {
  type Clock,
  controllerOf,
  groupVersion,
  type KubeClient,
  type KubeObject,
  keyOf,
  type Logger,
  type ObjectName,
  type Random,
  type Resource,
} from "@heliostat/kube";
import type { CacheReader, Change } from "@heliostat/watch-cache";
import type { Outcome } from "./carry-out.ts";
import type { EventRecorder } from "./events/event-recorder.ts";
import type { Plan } from "./plan.ts";

/**
 * One control loop's recipe: what it looks at, and what it does about one object.
 *
 * `reconcile` reads as *view, plan, carry out, status*. It gets the key of an object that may have gone meanwhile,
 * never an event: what happened does not count, only how things stand. The controller never runs it twice at once for
 * the same key. What it throws decides how soon the key is looked at again (see `runControllers`).
 */
export interface Reconciler<T extends KubeObject = KubeObject> {
  /** Names the loop in logs and, as `reportingController`, in events: `raycluster-controller`. */
  readonly name: string;
  /** The resource whose keys are reconciled. Without one the keys come from `watches` alone and may be of any form. */
  readonly resource?: Resource<T>;
  /** What else is read, and which keys a change of it concerns. */
  readonly watches: readonly Watch[];
  /** More of that, known only at run time. Asked again whenever an object of `watches` changes. */
  furtherWatches?(caches: Caches): readonly Watch[];
  /** Whether a change of the reconciled resource itself is worth a look. @default every change is */
  isRelevant?(change: Change<T>): boolean;
  reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult>;
}

/** A resource that a reconciler reads. */
export interface Watch<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** Only the objects that it finds are read, and kept in memory. @default all */
  readonly labelSelector?: string;
  /** The keys to look at when `object` has appeared, changed or gone. Asked for its states before and after. */
  toKeys(object: T, seen: Sighting): readonly string[];
}

/** The circumstances in which an object was seen. */
export interface Sighting {
  readonly caches: Caches;
  /** Whether it exists no longer. */
  readonly isGone: boolean;
}

/** The port, the caches and the rest of the world, as one reconcile sees them. */
export interface ReconcileContext {
  /** What is written through it shows at once in `caches`. */
  readonly client: KubeClient;
  readonly caches: Caches;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  /** Knows the loop's name and the key already. */
  readonly logger: Logger;
  /** Aborts when the controllers stop. */
  readonly signal: AbortSignal;
}

/** The caches of what a set of reconcilers watches, never older than the set's own writes. */
export interface Caches {
  /**
   * @param labelSelector that of the watch, where it has one
   * @throws Error when no reconciler of the set watches the resource so
   */
  of<T extends KubeObject>(resource: Resource<T>, labelSelector?: string): CacheReader<T>;
}

/** How one reconcile ended, when it did not throw. */
export type ReconcileResult =
  | { readonly ended: "done" }
  | { readonly ended: "look-again"; readonly afterMs: number }
  | { readonly ended: "waiting"; readonly waitingFor: string; readonly checkAgainAfterMs?: number };

/** Nothing more to do until something changes. */
export const DONE: ReconcileResult = { ended: "done" };

/** Reconcile again after this long, or sooner when something changes. */
export function lookAgain(afterMs: number): ReconcileResult {
  return { ended: "look-again", afterMs };
}

/** What a carried-out plan means for the loop. @throws the error of the action that failed */
export function resultOf({ checkAgainAfterMs, waitingFor }: Plan, { failed }: Outcome): ReconcileResult {
  if (failed) throw failed.error;
  if (waitingFor !== undefined) {
    return { ended: "waiting", waitingFor, ...(checkAgainAfterMs !== undefined && { checkAgainAfterMs }) };
  }
  return checkAgainAfterMs === undefined ? DONE : lookAgain(checkAgainAfterMs);
}

/** Watch a resource, with a rule of your own from its objects to keys. */
export function watching<T extends KubeObject>(resource: Resource<T>, toKeys: Watch<T>["toKeys"]): Watch<T> {
  return { resource, toKeys };
}

/** Watch the objects that a reconciled object controls; with a selector only those of them that it finds. */
export function owned<T extends KubeObject>(
  resource: Resource<T>,
  owner: Resource,
  labelSelector?: string,
): Watch<T> {
  return {
    resource,
    ...(labelSelector !== undefined && { labelSelector }),
    toKeys: (object) => controllerKeys(object, owner),
  };
}

/** Watch the objects that carry the name of a reconciled object, of the same namespace, in a label. */
export function labelled<T extends KubeObject>(resource: Resource<T>, label: string): Watch<T> {
  return { resource, toKeys: (object) => labelKeys(object, label) };
}

/** Only read a resource; its changes concern no key. */
export function readOnly<T extends KubeObject>(resource: Resource<T>): Watch<T> {
  return { resource, toKeys: () => [] };
}

function controllerKeys(object: KubeObject, owner: Resource): readonly string[] {
  const reference = controllerOf(object);
  if (!reference || reference.kind !== owner.kind) return [];
  if (groupVersion(reference.apiVersion).group !== owner.group) return [];
  return [keyOf(inNamespaceOf(object, reference.name, owner.isNamespaced))];
}

function labelKeys(object: KubeObject, label: string): readonly string[] {
  const name = object.metadata.labels?.[label];
  return name ? [keyOf(inNamespaceOf(object, name, true))] : [];
}

function inNamespaceOf({ metadata }: KubeObject, name: string, isNamespaced: boolean): ObjectName {
  return isNamespaced && metadata.namespace ? { namespace: metadata.namespace, name } : { name };
}
