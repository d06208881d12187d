import { ApiError } from "../errors/api-error.ts";

/** A request's target, in parts. */
export interface RequestPath {
  /** As it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export function requestPath(url: string): RequestPath {
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  return { path, query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)) };
}

/** A request's target without scheme and host, with which proxies may send it (RFC 9112, absolute-form). */
export function originForm(url: string): string {
  const path = /^https?:\/\/[^/?]*(.*)$/i.exec(url)?.[1];
  if (path === undefined) return url;
  return path.startsWith("/") ? path : `/${path}`;
}

/** The segments, decoded. @throws ApiError `InvalidArgument` at a bad percent-escape */
export function segmentsOf(path: string): readonly string[] {
  return path.split("/").slice(1).map(decodedSegment);
}

/**
 * The path without empty, `.` and `..` segments, when it has any: Go's servers send callers there (a trailing slash
 * stays, since it is an empty name).
 */
export function cleanedPath(path: string): string | undefined {
  if (!/\/\/|\/\.{1,2}(\/|$)/.test(path)) return undefined;
  const kept: string[] = [];
  const segments = path.split("/").slice(1);
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1);
  const isFolder = last === "" || last === "." || last === "..";
  return `/${kept.join("/")}${isFolder && kept.length > 0 ? "/" : ""}`;
}

function decodedSegment(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ApiError("InvalidArgument", `Cannot read the path: "${segment}" has a bad percent-escape`, {
      cause,
    });
  }
}
