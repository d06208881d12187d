import type { KubeObject } from "@heliostat/kube";

/** A part of an object whose shape nobody vouches for. */
export type Part = Readonly<Record<string, unknown>>;

/** `value` as an object; `undefined` for anything else, lists included. */
export function partOf(value: unknown): Part | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function specOf(object: KubeObject): Part {
  return partOf((object as { readonly spec?: unknown }).spec) ?? {};
}

/** A whole number of 0 or more; `undefined` for anything else. */
export function countOf(value: unknown): number | undefined {
  return Number.isInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The texts of a map; other values are left out. */
export function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  const part = partOf(value);
  if (!part) return undefined;
  return Object.fromEntries(
    Object.entries(part).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
