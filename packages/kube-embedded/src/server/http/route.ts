import { KubeError } from "@heliostat/kube";

/** A URL path that names a resource: a collection, or with `name` one object. */
export interface ResourceRoute {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** What follows the subresource, percent-encoded and with its slash: the path that a proxy asks for. */
  readonly rest: string;
  /** The path has the old `watch/` in front. */
  readonly isWatchPath: boolean;
}

/**
 * What a path names by Kubernetes' grammar
 * `/api/v1|/apis/G/V [/watch] [/namespaces/NS] /RESOURCE [/NAME [/SUBRESOURCE [/…]]]`;
 * `undefined` when it names no resource.
 *
 * @throws KubeError `BadRequest` when it is not percent-encoded text
 */
export function resourceRoute(path: string): ResourceRoute | undefined {
  const segments = path.split("/").slice(1);
  const prefix = apiPrefix(segments);
  if (!prefix) return undefined;
  const { group, version, length } = prefix;
  const isWatchPath = segments[length] === "watch";
  const scoped = scopeOf(segments.slice(isWatchPath ? length + 1 : length));
  const [plural = "", name = "", subresource = "", ...rest] = scoped.segments;
  if (plural === "") return undefined;
  return {
    group: decoded(group),
    version: decoded(version),
    plural: decoded(plural),
    ...(scoped.namespace === undefined ? {} : { namespace: decoded(scoped.namespace) }),
    ...(name === "" ? {} : { name: decoded(name) }),
    ...(subresource === "" ? {} : { subresource: decoded(subresource) }),
    rest: rest.length === 0 ? "" : `/${rest.join("/")}`,
    isWatchPath,
  };
}

interface ApiPrefix {
  readonly group: string;
  readonly version: string;
  readonly length: number;
}

function apiPrefix([root, first, second]: readonly string[]): ApiPrefix | undefined {
  if (root === "api" && first) return { group: "", version: first, length: 2 };
  if (root === "apis" && first && second) return { group: first, version: second, length: 3 };
  return undefined;
}

/** `namespaces/NS/pods` is about pods, but `namespaces/NS` and `namespaces/NS/status` are about the namespace itself. */
function scopeOf(segments: readonly string[]): {
  readonly namespace?: string;
  readonly segments: readonly string[];
} {
  const [first, namespace, third] = segments;
  const isScope = first === "namespaces" && namespace && third && !NAMESPACE_SUBRESOURCES.has(third);
  return isScope ? { namespace, segments: segments.slice(2) } : { segments };
}

const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(["status", "finalize"]);

/** Kubernetes rule: what a segment is decoded to is one name. It may not read as a path, or as encoded once more. */
function decoded(segment: string): string {
  if (PLAIN.test(segment)) return segment;
  const text = percentDecoded(segment);
  const why = trapIn(text);
  if (why === undefined) return text;
  throw new KubeError("BadRequest", `Name parameter invalid: ${JSON.stringify(text)}: ${why}`);
}

/** What nearly every name is. */
const PLAIN = /^[a-z0-9-]+$/;

function trapIn(text: string): string | undefined {
  if (text === "." || text === "..") return `may not be '${text}'`;
  const forbidden = ["/", "%", "\0"].find((each) => text.includes(each));
  return forbidden === undefined
    ? undefined
    : `may not contain ${JSON.stringify(forbidden).replaceAll('"', "'")}`;
}

function percentDecoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new KubeError("BadRequest", `Cannot read the path: "${segment}" is not percent-encoded text`, {
      cause,
    });
  }
}
