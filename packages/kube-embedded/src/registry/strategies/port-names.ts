import type { FieldCause } from "@heliostat/kube";
import { invalidValue } from "../../api/field-causes.ts";

const LONGEST = 15;
const LAST_PORT = 65_535;

/** What is wrong with the name of a port inside a container (Kubernetes: IsValidPortName). */
export function portNameProblems(name: string, field: string): readonly FieldCause[] {
  return RULES.filter(({ isKept }) => !isKept(name)).map(({ detail }) => invalidValue(field, name, detail));
}

/** What is wrong with a port that may be named by its number or its name. */
export function portReferenceProblems(port: number | string, field: string): readonly FieldCause[] {
  if (typeof port === "string") return portNameProblems(port, field);
  if (port >= 1 && port <= LAST_PORT) return [];
  return [invalidValue(field, port, `must be between 1 and ${LAST_PORT}, inclusive`)];
}

const RULES: readonly { readonly detail: string; isKept(name: string): boolean }[] = [
  { detail: `must be no more than ${LONGEST} characters`, isKept: (name) => name.length <= LONGEST },
  {
    detail: "must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)",
    isKept: (name) => /^[-a-z0-9]+$/.test(name),
  },
  { detail: "must contain at least one letter (a-z)", isKept: (name) => /[a-z]/.test(name) },
  { detail: "must not contain consecutive hyphens", isKept: (name) => !name.includes("--") },
  { detail: "must not begin or end with a hyphen", isKept: (name) => !/^-|-$/.test(name) },
];
