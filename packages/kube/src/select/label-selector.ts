import { KubeError } from "../kube-error.ts";
import { isLabelValue, isQualifiedName } from "../names.ts";

/** One requirement of a label selector. All must hold. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "above" | "below";
  readonly values: readonly string[];
}

/** What a pod or an object has to carry, in the form that specs write it. */
export interface LabelSelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

type Labels = Readonly<Record<string, string>> | undefined;

const SET_BASED = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/;
const ORDER = /^([^=!<>\s]+)\s*([<>])\s*([+-]?\d+)$/;
/** A comma that does not stand inside parentheses. */
const SEPARATOR = /,(?![^(]*\))/;

/**
 * Parse `k=v,k!=v,k in (a,b),k notin (c),k,!k,k>1,k<9`.
 *
 * @throws KubeError `BadRequest` that quotes the part which makes no sense
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  if (text.trim() === "") return [];
  return text.split(SEPARATOR).map((part) => valid(parseRequirement(part.trim())));
}

/** The requirements of a selector that a spec writes as an object. An empty selector matches everything. */
export function requirementsOf(selector: LabelSelectorSpec): readonly LabelRequirement[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) =>
    requirement(key, "in", [value]),
  );
  return [...equal, ...(selector.matchExpressions ?? []).map(expressionRequirement)];
}

/** Whether `labels` meet every requirement. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((each) => holds(each, labels?.[each.key]));
}

/** The text of an equality selector: `a=b,c=d`. */
export function labelSelectorText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

function parseRequirement(part: string): LabelRequirement {
  return setRequirement(part) ?? comparison(part) ?? presence(part);
}

function setRequirement(part: string): LabelRequirement | undefined {
  const [, key, operator, list] = SET_BASED.exec(part) ?? [];
  if (key === undefined || list === undefined) return undefined;
  const values = list.split(",").map((value) => value.trim());
  return requirement(key, operator === "in" ? "in" : "notin", values);
}

const COMPARISONS: Readonly<Record<string, LabelRequirement["operator"]>> = {
  "=": "in",
  "==": "in",
  "!=": "notin",
  ">": "above",
  "<": "below",
};

function comparison(part: string): LabelRequirement | undefined {
  const [, key, sign = "", value = ""] = EQUALITY.exec(part) ?? ORDER.exec(part) ?? [];
  const operator = COMPARISONS[sign];
  return key === undefined || operator === undefined ? undefined : requirement(key, operator, [value]);
}

function presence(part: string): LabelRequirement {
  if (/^![^\s!=(),]+$/.test(part)) return requirement(part.slice(1), "absent", []);
  if (/^[^\s!=(),]+$/.test(part)) return requirement(part, "exists", []);
  throw new KubeError("BadRequest", `unable to parse requirement: "${part}" is not a label requirement`);
}

/** @throws KubeError `BadRequest` when no label could have that key, or that value */
function valid(parsed: LabelRequirement): LabelRequirement {
  const { key, values } = parsed;
  if (!isQualifiedName(key))
    throw new KubeError(
      "BadRequest",
      `unable to parse requirement: key: Invalid value: "${key}": no label has such a key`,
    );
  const wrong = values.findIndex((value) => !isLabelValue(value));
  if (wrong < 0) return parsed;
  throw new KubeError(
    "BadRequest",
    `unable to parse requirement: values[${wrong}][${key}]: Invalid value: "${values[wrong]}": no label has such a value`,
  );
}

function expressionRequirement(expression: {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}): LabelRequirement {
  const { key, operator, values = [] } = expression;
  switch (operator) {
    case "In":
      return requirement(key, "in", values);
    case "NotIn":
      return requirement(key, "notin", values);
    case "Exists":
      return requirement(key, "exists", []);
    case "DoesNotExist":
      return requirement(key, "absent", []);
    default:
      throw new KubeError("BadRequest", `"${operator}" is not a valid label selector operator`);
  }
}

function requirement(
  key: string,
  operator: LabelRequirement["operator"],
  values: readonly string[],
): LabelRequirement {
  return { key, operator, values };
}

function holds({ operator, values }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "in":
      return value !== undefined && values.includes(value);
    case "notin":
      return value === undefined || !values.includes(value);
    case "exists":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "above":
      return isInteger(value) && Number(value) > Number(values[0]);
    case "below":
      return isInteger(value) && Number(value) < Number(values[0]);
  }
}

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^[+-]?\d+$/.test(text);
}
