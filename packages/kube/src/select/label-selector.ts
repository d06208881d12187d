import { KubeError } from "../kube-error.ts";

/** One requirement of a label selector. All must hold. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent";
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
/** A comma that does not stand inside parentheses. */
const SEPARATOR = /,(?![^(]*\))/;

/**
 * Parse `k=v,k!=v,k in (a,b),k notin (c),k,!k`.
 *
 * @throws KubeError `BadRequest` that quotes the part which makes no sense
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  if (text.trim() === "") return [];
  return text.split(SEPARATOR).map((part) => parseRequirement(part.trim()));
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
  const set = SET_BASED.exec(part);
  if (set) {
    const values = (set[3] ?? "").split(",").map((value) => value.trim());
    return requirement(set[1] ?? "", set[2] === "in" ? "in" : "notin", values);
  }
  const equality = EQUALITY.exec(part);
  if (equality)
    return requirement(equality[1] ?? "", equality[2] === "!=" ? "notin" : "in", [equality[3] ?? ""]);
  if (/^![^\s!=(),]+$/.test(part)) return requirement(part.slice(1), "absent", []);
  if (/^[^\s!=(),]+$/.test(part)) return requirement(part, "exists", []);
  throw new KubeError("BadRequest", `unable to parse requirement: "${part}" is not a label requirement`);
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
  }
}
