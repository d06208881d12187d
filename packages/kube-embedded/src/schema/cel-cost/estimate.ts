import type { DeclaredType, TypeKind } from "./declared-type.ts";
import { SCALAR_SIZE, type Size, UNKNOWN_SIZE, upTo } from "./size.ts";

/** The type of a value inside an expression. A {@link DeclaredType} is one. */
export interface ValueType {
  readonly kind: TypeKind | "optional" | "type" | "other";
  /** Of lists, maps and optional values. */
  readonly element?: ValueType;
  readonly key?: ValueType;
  readonly fields?: ReadonlyMap<string, ValueType>;
}

/** What a part of an expression costs at worst, and what is known of its value. */
export interface Estimate {
  readonly cost: number;
  /** `undefined`: as its place or its type says. */
  readonly size?: Size | undefined;
  readonly type: ValueType;
  /** Where in the schema the value stands; `undefined` of what the expression made itself. */
  readonly place?: Place | undefined;
}

/** A way into the schema. It may lead nowhere, and is then still a way (CEL tells the two apart). */
export interface Place {
  readonly declared: DeclaredType | undefined;
}

export const DYN: ValueType = { kind: "dyn" };

export function ofKind(kind: ValueType["kind"], cost: number, size?: Size): Estimate {
  return { cost, type: { kind }, ...(size && { size }) };
}

/** Newer CEL counts types among these, so that `type(self) == int` costs next to nothing. */
const SCALARS: ReadonlySet<ValueType["kind"]> = new Set([
  "bool",
  "double",
  "duration",
  "int",
  "timestamp",
  "type",
]);

export function sizeOf({ size, place, type }: Estimate): Size {
  if (size !== undefined) return size;
  if (place?.declared !== undefined) return upTo(place.declared.maxElements);
  return isScalar(type) ? SCALAR_SIZE : UNKNOWN_SIZE;
}

function isScalar({ kind, element }: ValueType): boolean {
  return SCALARS.has(kind) || (kind === "optional" && element !== undefined && isScalar(element));
}

/** Whether a value may be of one of these kinds: what has no known type may be of any. */
export function maybe({ type: { kind } }: Estimate, ...kinds: readonly ValueType["kind"][]): boolean {
  return kind === "dyn" || kinds.includes(kind);
}
