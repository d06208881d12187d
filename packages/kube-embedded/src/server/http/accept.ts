import { KubeError } from "@heliostat/kube";

/** How the caller wants objects to look. */
export interface Representation {
  readonly syntax: "json" | "yaml";
  /** The object itself, a row of a table, or its metadata alone. */
  readonly shape: "object" | "table" | "metadata";
}

/**
 * The first representation of the caller's wishes that can be had. Protobuf is none of them, but whoever wants it
 * takes JSON as well (client-go lists both).
 *
 * @throws KubeError `NotAcceptable`
 */
export function acceptedRepresentation(
  accept: string | undefined,
  { isStream = false }: { readonly isStream?: boolean } = {},
): Representation {
  for (const range of mediaRanges(accept ?? "*/*")) {
    const syntax = syntaxOf(range.type);
    const shape = shapeOf(range.parameters);
    if (syntax && shape && !(isStream && syntax === "yaml")) return { syntax, shape };
  }
  throw new KubeError(
    "NotAcceptable",
    `only the following media types are accepted: application/json${isStream ? "" : ", application/yaml"}`,
  );
}

export interface MediaRange {
  /** `application/json` */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The clauses of an `Accept` header, most wanted first; those with `q=0` are left out. */
export function mediaRanges(accept: string): readonly MediaRange[] {
  return accept
    .split(",")
    .map(mediaRange)
    .map((range) => ({ range, quality: Number(range.parameters.get("q") ?? 1) }))
    .filter(({ quality }) => quality > 0)
    .sort((left, right) => right.quality - left.quality)
    .map(({ range }) => range);
}

/** A media type with its parameters, as `Accept` and `Content-Type` write it. */
export function mediaRange(text: string): MediaRange {
  return text === PLAIN_JSON.type ? PLAIN_JSON : parsedRange(text);
}

/** What most requests say. */
const PLAIN_JSON: MediaRange = { type: "application/json", parameters: new Map() };

function parsedRange(text: string): MediaRange {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const pairs = parameters.map((parameter): [string, string] => {
    const [name = "", value = ""] = parameter.split("=", 2);
    return [name.trim().toLowerCase(), value.trim().replace(/^"|"$/g, "")];
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
}

function syntaxOf(type: string): Representation["syntax"] | undefined {
  if (type === "application/json" || type === "application/*" || type === "*/*") return "json";
  return type === "application/yaml" ? "yaml" : undefined;
}

function shapeOf(parameters: ReadonlyMap<string, string>): Representation["shape"] | undefined {
  const as = parameters.get("as");
  if (as === undefined) return "object";
  if (parameters.get("g") !== "meta.k8s.io" || parameters.get("v") !== "v1") return undefined;
  if (as === "Table") return "table";
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? "metadata" : undefined;
}
