import { type Json, KubeError } from "@heliostat/kube";
import { parseDocument } from "yaml";
import { surveyed } from "../../api/nesting.ts";
import { mediaRange } from "../http/accept.ts";
import { duplicateKeys } from "./duplicate-keys.ts";

export interface DecodeOptions {
  /** What becomes of fields that occur twice. @default Warn */
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  /** Receives the text of each warning. */
  warn?(text: string): void;
}

export const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
export const TEXT_TYPES: readonly string[] = ["application/json", "application/yaml"];

/**
 * The value of a request body in the syntax that its content type names; without one it is JSON.
 *
 * @throws KubeError `UnsupportedMediaType`, `BadRequest` when it cannot be read, or has duplicate fields in strict mode
 */
export function decodedBody(
  body: Buffer,
  contentType: string | undefined,
  options: DecodeOptions = {},
): Json {
  const { type } = mediaRange(contentType || "application/json");
  if (type === "application/json") return decodedJson(body.toString("utf8"), options);
  if (type === "application/yaml") return decodedYaml(body.toString("utf8"), options);
  throw unsupportedMediaType([...TEXT_TYPES, PROTOBUF_TYPE]);
}

/** JSON if it can be, for its speed; else YAML: the syntax of server-side apply. */
export function decodedApplyBody(body: Buffer, options: DecodeOptions = {}): Json {
  const text = body.toString("utf8");
  return text.startsWith("{") ? decodedJson(text, options) : decodedYaml(text, options);
}

export function decodedJson(text: string, options: DecodeOptions = {}): Json {
  const value = parsedJson(text);
  const { texts } = surveyed(value);
  if (options.fieldValidation !== "Ignore") {
    reportDuplicates(
      duplicateKeys(text, texts).map((path) => `duplicate field "${path}"`),
      options,
    );
  }
  return value;
}

export function unsupportedMediaType(accepted: readonly string[]): KubeError {
  return new KubeError(
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  );
}

function parsedJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw unreadable("JSON", cause);
  }
}

function decodedYaml(text: string, options: DecodeOptions): Json {
  const document = parseDocument(text, { merge: true, prettyErrors: true });
  const duplicates = document.errors.filter((error) => error.code === "DUPLICATE_KEY");
  const error = document.errors.find((each) => each.code !== "DUPLICATE_KEY");
  if (error) throw unreadable("YAML", error);
  reportDuplicates(
    duplicates.map((each) => `line ${each.linePos?.[0].line ?? 1}: key already set in map`),
    options,
  );
  try {
    return document.toJS({ maxAliasCount: 100 }) as Json;
  } catch (cause) {
    throw unreadable("YAML", cause);
  }
}

function reportDuplicates(
  problems: readonly string[],
  { fieldValidation = "Warn", warn }: DecodeOptions,
): void {
  if (problems.length === 0 || fieldValidation === "Ignore") return;
  if (fieldValidation === "Strict") {
    throw new KubeError("BadRequest", `strict decoding error: ${problems.join(", ")}`);
  }
  for (const problem of problems) warn?.(problem);
}

function unreadable(syntax: string, cause: unknown): KubeError {
  const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
  return new KubeError("BadRequest", `Cannot read the request body as ${syntax}: ${why}`, { cause });
}
