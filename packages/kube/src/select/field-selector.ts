import { KubeError } from "../kube-error.ts";

/** One requirement of a field selector. All must hold. */
export interface FieldRequirement {
  /** `metadata.name`, `status.phase`, `involvedObject.uid`, … */
  readonly path: string;
  readonly value: string;
  readonly isNegated: boolean;
}

const REQUIREMENT = /^([^=!]+?)(==|=|!=)(.*)$/;

/** Parse `a.b=c,d!=e`. @throws KubeError `BadRequest` */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  if (text.trim() === "") return [];
  return text.split(",").map((part) => {
    const match = REQUIREMENT.exec(part.trim());
    if (!match) throw new KubeError("BadRequest", `invalid selector: '${text}'; can't understand '${part}'`);
    return { path: match[1] ?? "", value: match[3] ?? "", isNegated: match[2] === "!=" };
  });
}

/** Whether the fields of `object` meet every requirement; an absent field counts as the empty text. */
export function matchesFields(requirements: readonly FieldRequirement[], object: unknown): boolean {
  return requirements.every(
    ({ path, value, isNegated }) => (fieldText(object, path) === value) !== isNegated,
  );
}

function fieldText(object: unknown, path: string): string {
  const value = path.split(".").reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), object);
  return value === undefined || value === null ? "" : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
