import { isLabelValue, isQualifiedName } from "@heliostat/kube";
import { type Environment, Optional } from "@marcbachmann/cel-js";
import { labelValueDetail, nameDetails, qualifiedNameDetail } from "../api/validate-metadata.ts";
import { hasFormat } from "./formats.ts";

/** A named form of text, as `format.named(…)` gives it. */
class Format {
  readonly problems: (text: string) => readonly string[];

  constructor(problems: (text: string) => readonly string[]) {
    this.problems = problems;
  }
}

/** So that `format.uuid()` reads as a call of a member. */
class FormatNamespace {}

/**
 * The library `format` of Kubernetes' CEL: `format.dns1123Label().validate(text)` is nothing when the text has that
 * form, else a list of what is wrong with it.
 */
export function registerNamedFormats(environment: Environment): void {
  environment
    .registerType("kubernetes.NamedFormat", { ctor: Format, fields: {} })
    .registerType("FormatNamespace", { ctor: FormatNamespace, fields: {} })
    .registerConstant("format", "FormatNamespace", new FormatNamespace())
    .registerFunction(
      "FormatNamespace.named(string): optional<kubernetes.NamedFormat>",
      (_: unknown, name: string) => Optional.of(FORMATS.get(name)),
    )
    .registerFunction(
      "kubernetes.NamedFormat.validate(string): optional<list<string>>",
      ({ problems }: Format, text: string) => {
        const found = problems(text);
        return found.length === 0 ? Optional.none() : Optional.of(found);
      },
    );
  for (const [name, format] of FORMATS) {
    environment.registerFunction(`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => format);
  }
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["dns1123Label", new Format((text) => nameDetails(text, "label"))],
  ["dns1123Subdomain", new Format((text) => nameDetails(text, "subdomain"))],
  ["dns1035Label", new Format((text) => nameDetails(text, "label1035"))],
  ["dns1123LabelPrefix", new Format((text) => nameDetails(asName(text), "label"))],
  ["dns1123SubdomainPrefix", new Format((text) => nameDetails(asName(text), "subdomain"))],
  ["dns1035LabelPrefix", new Format((text) => nameDetails(asName(text), "label1035"))],
  ["qualifiedName", new Format((text) => (isQualifiedName(text) ? [] : [qualifiedNameDetail(text)]))],
  ["labelValue", new Format((text) => (isLabelValue(text) ? [] : [labelValueDetail(text)]))],
  ["uri", new Format(uriProblems)],
  ["uuid", form("uuid", "does not match the UUID format")],
  ["byte", form("byte", "invalid base64")],
  ["date", form("date", "invalid date")],
  ["datetime", form("datetime", "invalid datetime")],
]);

function form(name: string, problem: string): Format {
  return new Format((text) => (hasFormat(name, text) ? [] : [problem]));
}

/** A prefix may end in a dash: something will follow it (Kubernetes: `maskTrailingDash`). */
function asName(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith("-") ? `${prefix.slice(0, -2)}a` : prefix;
}

/** Absolute URIs and absolute paths, as Go's `url.ParseRequestURI` takes them. */
function uriProblems(text: string): readonly string[] {
  const isUri = text.startsWith("/") || hasFormat("uri", text);
  if (isUri) return [];
  return [`parse ${JSON.stringify(text)}: ${text === "" ? "empty url" : "invalid URI for request"}`];
}
