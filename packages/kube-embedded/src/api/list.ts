import { type FieldCause, isKubeError, KubeError } from "@heliostat/kube";
import type { StoredRevision } from "../store/stored-revision.ts";
import { prefixOf } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { type ContinueToken, parseContinueToken, printContinueToken } from "./continue-token.ts";
import { forbiddenField, unsupportedValue } from "./field-causes.ts";
import type { ApiListOptions, StoredList, StoredObject, Target } from "./kube-api.ts";
import { badRequest, invalid } from "./refusals.ts";
import { revisionOf, type Selection, selectionOf } from "./selection.ts";
import { asServed } from "./versions.ts";

/**
 * The objects of a collection in the order of their keys. All pages of one list show the state at one revision, for
 * as long as the changes since then are remembered.
 *
 * @throws KubeError `Expired` when they no longer are; it carries a token for going on with the newest state
 */
export function listObjects(ground: ApiGround, target: Target, options: ApiListOptions): StoredList {
  assertOptions(options);
  const selection = selectionOf(target.resource, options);
  const token = options.continueToken ? parseContinueToken(options.continueToken) : undefined;
  const revision = snapshotRevision(ground, options, token);
  const page = pageOf(rangeAt(ground, target, { revision, token }), {
    limit: options.limit || Number.POSITIVE_INFINITY,
    selection,
    shown: (stored) => asServed(target.resource, stored),
  });
  const resourceVersion = String(revision ?? ground.store.revision);
  if (page.next === undefined) return { items: page.items, resourceVersion };
  const prefix = prefixOf(target);
  const start = page.next.slice(prefix.length);
  const collection = ground.store.collection(target.resource.storageKey);
  return {
    items: page.items,
    resourceVersion,
    continueToken: printContinueToken({ revision: Number(resourceVersion), start }),
    ...(selection.isEverything && { remainingItemCount: collection.count(prefix, page.next, revision) }),
  };
}

interface PageOptions {
  readonly limit: number;
  readonly selection: Selection;
  shown(stored: StoredRevision): StoredObject;
}

interface Page {
  readonly items: readonly StoredObject[];
  /** The key of the first object that did not fit. */
  readonly next: string | undefined;
}

/** As many as fit, without a look at what comes after them: a page of forty thousand costs what a page costs. */
function pageOf(range: Iterable<StoredRevision>, { limit, selection, shown }: PageOptions): Page {
  const items: StoredObject[] = [];
  for (const stored of range) {
    const isFull = items.length >= limit;
    if (isFull && selection.isEverything) return { items, next: stored.key };
    const item = shown(stored);
    if (!selection.matches(item.object)) continue;
    if (isFull) return { items, next: stored.key };
    items.push(item);
  }
  return { items, next: undefined };
}

/** The revision to show; `undefined`: the newest. */
function snapshotRevision(
  ground: ApiGround,
  { resourceVersion, resourceVersionMatch, limit }: ApiListOptions,
  token: ContinueToken | undefined,
): number | undefined {
  if (token) return token.revision;
  const revision = revisionOf(resourceVersion);
  if (revision === undefined || revision === 0) return undefined;
  assertNotAhead(ground, revision);
  const isExact = resourceVersionMatch === "Exact" || (resourceVersionMatch === undefined && Boolean(limit));
  return isExact ? revision : undefined;
}

function rangeAt(
  ground: ApiGround,
  target: Target,
  { revision, token }: { readonly revision: number | undefined; readonly token: ContinueToken | undefined },
): Iterable<StoredRevision> {
  const prefix = prefixOf(target);
  const start = `${prefix}${token?.start ?? ""}`;
  const collection = ground.store.collection(target.resource.storageKey);
  if (revision === undefined) return collection.range(prefix, start);
  try {
    return collection.rangeAt(revision, prefix, start);
  } catch (cause) {
    if (!isKubeError(cause, "Expired") || !token) throw cause;
    const continueToken = printContinueToken({ revision: undefined, start: token.start });
    throw new KubeError("Expired", EXPIRED_TOKEN, { cause, continueToken });
  }
}

const EXPIRED_TOKEN =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without " +
  "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. " +
  "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or " +
  "deleted between the time the first chunk was returned and now may show up in the list.";

/** @throws KubeError `Timeout` in Kubernetes' words when the revision is not reached yet */
export function assertNotAhead({ store }: ApiGround, revision: number): void {
  if (revision <= store.revision) return;
  const message = `Timeout: Too large resource version: ${revision}, current: ${store.revision}`;
  throw new KubeError("Timeout", message, {
    retryAfterSeconds: 1,
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }],
  });
}

function assertOptions(options: ApiListOptions): void {
  const { resourceVersion = "", resourceVersionMatch, continueToken, limit = 0 } = options;
  if (continueToken && resourceVersion !== "" && resourceVersion !== "0")
    throw badRequest("specifying resource version is not allowed when using continue");
  if (limit < 0) throw badRequest("limit must not be negative");
  const causes = matchProblems(resourceVersion, resourceVersionMatch, continueToken);
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", causes);
}

function matchProblems(
  resourceVersion: string,
  match: ApiListOptions["resourceVersionMatch"],
  continueToken: string | undefined,
): readonly FieldCause[] {
  const field = "resourceVersionMatch";
  if (match === undefined) return [];
  if (match !== "Exact" && match !== "NotOlderThan")
    return [unsupportedValue(field, match, ["Exact", "NotOlderThan", ""])];
  if (resourceVersion === "")
    return [forbiddenField(field, "resourceVersionMatch is forbidden unless resourceVersion is provided")];
  if (continueToken)
    return [forbiddenField(field, "resourceVersionMatch is forbidden when continue is provided")];
  if (match === "Exact" && resourceVersion === "0")
    return [forbiddenField(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')];
  return [];
}
