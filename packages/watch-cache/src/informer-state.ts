import { isKubeError, type KubeObject, type ObjectList, type WatchEvent } from "@heliostat/kube";

/** Where an informer stands. The state says which request comes next; nothing else does. */
export type InformerState<T extends KubeObject> =
  /** Reading the list page by page; `items` are in from the pages before. */
  | {
      readonly at: "listing";
      readonly items: readonly T[];
      readonly revision?: string;
      readonly continueToken?: string;
      readonly failures: number;
    }
  /** Following changes after `revision`. */
  | {
      readonly at: "watching";
      readonly revision: string;
      /** Whether this stream has brought anything. */
      readonly hasBrought: boolean;
      readonly failures: number;
    }
  /** Letting time pass before `next`; how long follows from its failures. */
  | { readonly at: "waiting"; readonly next: Listing<T> | Watching<T> };

type Listing<T extends KubeObject> = Extract<InformerState<T>, { at: "listing" }>;
type Watching<T extends KubeObject> = Extract<InformerState<T>, { at: "watching" }>;

/** What the world answered. */
export type InformerInput<T extends KubeObject> =
  | { readonly input: "page"; readonly page: ObjectList<T> }
  | { readonly input: "event"; readonly event: WatchEvent<T> }
  /** The stream ended in good order. */
  | { readonly input: "ended" }
  | { readonly input: "failed"; readonly error: unknown }
  | { readonly input: "waited" };

/** What is to be done to the store. */
export type StoreEffect<T extends KubeObject> =
  | { readonly do: "replace"; readonly items: readonly T[]; readonly revision: string }
  | { readonly do: "put"; readonly object: T }
  | { readonly do: "remove"; readonly object: T }
  | { readonly do: "advance"; readonly revision: string };

export interface InformerStep<T extends KubeObject> {
  readonly state: InformerState<T>;
  readonly effects: readonly StoreEffect<T>[];
}

/** The state of an informer that knows nothing yet. */
export function listingAnew<T extends KubeObject>(failures = 0): Listing<T> {
  return { at: "listing", items: [], failures };
}

/**
 * The next state, and what it means for the store. Pure.
 *
 * **Flow.** `listing` (page after page) → `watching` → … A stream that ends is opened again from the revision reached.
 * What the server no longer remembers (410, an `ERROR` event) is listed anew. A failed request is made again after
 * `waiting`.
 *
 * **Guarantees.** There is no end state. The store changes only with a complete list or a single event, so it never
 * shows half a list. Failures in a row are forgotten when a watch brings something, not when a list succeeds: a server
 * that lists and then refuses every watch is asked more and more rarely.
 */
export function step<T extends KubeObject>(
  state: InformerState<T>,
  input: InformerInput<T>,
): InformerStep<T> {
  switch (state.at) {
    case "listing":
      return stepListing(state, input);
    case "watching":
      return stepWatching(state, input);
    case "waiting":
      return input.input === "waited" ? to(state.next) : to(state);
  }
}

function stepListing<T extends KubeObject>(state: Listing<T>, input: InformerInput<T>): InformerStep<T> {
  switch (input.input) {
    case "page":
      return afterPage(state, input.page);
    case "failed":
      return afterFailure(state, input.error);
    default:
      return to(state);
  }
}

function afterPage<T extends KubeObject>(state: Listing<T>, page: ObjectList<T>): InformerStep<T> {
  const items = state.items.concat(page.items);
  // The first page's revision: if later pages are newer, the watch repeats what happened between them.
  const revision = state.revision ?? page.resourceVersion;
  const { failures } = state;
  if (page.continueToken) {
    return to({ at: "listing", items, revision, continueToken: page.continueToken, failures });
  }
  return to({ at: "watching", revision, hasBrought: false, failures }, { do: "replace", items, revision });
}

function stepWatching<T extends KubeObject>(state: Watching<T>, input: InformerInput<T>): InformerStep<T> {
  switch (input.input) {
    case "event":
      return afterEvent(state, input.event);
    case "ended":
      return afterEnd(state);
    case "failed":
      return afterFailure(state, input.error);
    default:
      return to(state);
  }
}

function afterEvent<T extends KubeObject>(state: Watching<T>, event: WatchEvent<T>): InformerStep<T> {
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
      return to(reached(event.object.metadata.resourceVersion, state), { do: "put", object: event.object });
    case "DELETED":
      return to(reached(event.object.metadata.resourceVersion, state), {
        do: "remove",
        object: event.object,
      });
    case "BOOKMARK":
      return to(reached(event.resourceVersion, state), { do: "advance", revision: event.resourceVersion });
    case "ERROR":
      return relist(state, { isForgotten: event.code === 410 });
  }
}

function reached<T extends KubeObject>(revision: string | undefined, state: Watching<T>): Watching<T> {
  return { at: "watching", revision: revision ?? state.revision, hasBrought: true, failures: 0 };
}

/** A stream that ends at once may do so for ever, hence the pause; one that brought something is opened again at once. */
function afterEnd<T extends KubeObject>(state: Watching<T>): InformerStep<T> {
  const next: Watching<T> = { ...state, hasBrought: false };
  return to(state.hasBrought ? next : { at: "waiting", next });
}

function afterFailure<T extends KubeObject>(
  state: Listing<T> | Watching<T>,
  error: unknown,
): InformerStep<T> {
  if (isKubeError(error, "Gone", "Expired")) return relist(state, { isForgotten: true });
  const failures = state.failures + 1;
  const next = state.at === "watching" ? { ...state, failures, hasBrought: false } : { ...state, failures };
  return to({ at: "waiting", next });
}

/** Forgetting is a server's good right: the first time in a row we list again at once. */
function relist<T extends KubeObject>(
  state: Listing<T> | Watching<T>,
  { isForgotten }: { readonly isForgotten: boolean },
): InformerStep<T> {
  const next = listingAnew<T>(state.failures + 1);
  return to(isForgotten && state.failures === 0 ? next : { at: "waiting", next });
}

function to<T extends KubeObject>(
  state: InformerState<T>,
  ...effects: readonly StoreEffect<T>[]
): InformerStep<T> {
  return { state, effects };
}
