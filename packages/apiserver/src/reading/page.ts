import type { KubeObject } from "@heliostat/kube";
import { ApiError } from "../errors/api-error.ts";
import type { Entry, SortedList } from "./sorted-list.ts";

export interface PageRequest<T> {
  /** @default all namespaces */
  readonly namespace?: string;
  /** At most so many; 0 is all. */
  readonly limit: number | bigint;
  /** What the previous page ended with; empty at the beginning. */
  readonly token: string;
  /** @default everything */
  readonly matches?: (object: T) => boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where to go on; empty on the last page. */
  readonly next: string;
}

/**
 * One page of a list. A token says after which name the next page begins: it does not expire, and what is deleted or
 * added between two pages shifts nothing.
 *
 * @throws ApiError `InvalidArgument` for a token of somebody else's, or a limit below 0
 */
export function pageOf<T extends KubeObject>(list: SortedList<T>, request: PageRequest<T>): Page<T> {
  const { namespace, token, matches } = request;
  const limit = Number(request.limit);
  if (limit < 0)
    throw new ApiError("InvalidArgument", `limit must be 0 or more, but is ${limit}; 0 asks for everything`);
  const after = token === "" ? {} : { after: keyOfToken(token) };
  const entries = list.entries({ ...(namespace !== undefined && { namespace }), ...after });
  const found = matches ? entries.filter(({ object }) => matches(object)) : entries;
  const shown = limit === 0 ? found : found.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = last !== undefined && shown.length < found.length;
  return { items: shown.map(objectOf), next: hasMore ? tokenOf(last.key) : "" };
}

function objectOf<T>({ object }: Entry<T>): T {
  return object;
}

const TOKEN = /^after:(.+)$/;

function tokenOf(key: string): string {
  return btoa(`after:${key}`).replace(/=+$/, "");
}

function keyOfToken(token: string): string {
  const [, key] = TOKEN.exec(decoded(token)) ?? [];
  if (key !== undefined) return key;
  throw new ApiError(
    "InvalidArgument",
    "Cannot continue the list: the continue token is not one of this server's; begin without one",
  );
}

function decoded(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}
