import {
  KubeError,
  type ListOptions,
  type ObjectName,
  pathOf,
  type Resource,
  type WatchOptions,
  type WriteOptions,
} from "@heliostat/kube";

/** What may follow the question mark; `undefined` is left out. */
export type Query = Readonly<Record<string, string | readonly string[] | number | boolean | undefined>>;

/** `/api/v1/namespaces/default/pods?limit=500` */
export function collectionPath(resource: Resource, namespace: string | undefined, query: Query): string {
  return `${pathOf(resource, namespace ? { namespace: checkedSegment(namespace) } : {})}${queryText(query)}`;
}

/** `/api/v1/namespaces/default/pods/p/log?follow=true` @throws KubeError `NotFound` for a name that cannot be one */
export function objectPath(
  resource: Resource,
  { name, namespace }: ObjectName,
  { subresource, query = {} }: { readonly subresource?: string | undefined; readonly query?: Query } = {},
): string {
  const where = {
    name: checkedSegment(name),
    ...(namespace && { namespace: checkedSegment(namespace) }),
  };
  return `${pathOf(resource, where)}${subresource ? `/${subresource}` : ""}${queryText(query)}`;
}

export function listQuery(options: ListOptions): Query {
  const { limit, continueToken } = options;
  // A continued list has its revision in the token; a second one is refused.
  const revision = continueToken ? {} : revisionQuery(options.resourceVersion);
  return { ...selectorQuery(options), limit, continue: continueToken, ...revision };
}

export function watchQuery(options: WatchOptions): Query {
  const { resourceVersion, allowBookmarks, timeoutSeconds } = options;
  const bookmarks = allowBookmarks ? true : undefined;
  return {
    watch: true,
    ...selectorQuery(options),
    resourceVersion,
    allowWatchBookmarks: bookmarks,
    timeoutSeconds,
  };
}

export function writeQuery({ fieldManager, isDryRun, isStrict }: WriteOptions): Query {
  return {
    fieldManager,
    dryRun: isDryRun ? "All" : undefined,
    fieldValidation: isStrict ? "Strict" : undefined,
  };
}

function selectorQuery({ labelSelector, fieldSelector }: ListOptions): Query {
  return { labelSelector, fieldSelector };
}

/** Without the match, a revision together with a limit would mean that very revision (Kubernetes rule). */
function revisionQuery(resourceVersion: string | undefined): Query {
  if (!resourceVersion) return {};
  if (resourceVersion === "0") return { resourceVersion };
  return { resourceVersion, resourceVersionMatch: "NotOlderThan" };
}

/** An empty segment would turn the path of an object into that of its collection, dots into another one's. */
function checkedSegment(text: string): string {
  if (text !== "" && text !== "." && text !== "..") return encodeURIComponent(text);
  throw new KubeError("NotFound", `Cannot ask for an object named "${text}"`);
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const each of values) if (each !== undefined && each !== "") parameters.append(key, String(each));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
