/** How long a text, list or map may be. `Infinity`: nobody knows. */
export interface Size {
  readonly min: number;
  readonly max: number;
}

export const UNKNOWN_SIZE: Size = { min: 0, max: Number.POSITIVE_INFINITY };
export const SCALAR_SIZE: Size = { min: 1, max: 1 };

export function exactly(count: number): Size {
  return { min: count, max: count };
}

export function upTo(max: number): Size {
  return { min: 0, max };
}

export function added(left: Size, right: Size): Size {
  return { min: left.min + right.min, max: left.max + right.max };
}

export function multiplied(left: Size, right: Size): Size {
  return { min: times(left.min, right.min), max: times(left.max, right.max) };
}

export function united(left: Size, right: Size): Size {
  return { min: Math.min(left.min, right.min), max: Math.max(left.max, right.max) };
}

/** A product in which nothing stays nothing, however much the other factor is. */
export function times(left: number, right: number): number {
  return left === 0 || right === 0 ? 0 : left * right;
}

/** What it costs at worst to go through this much, at `factor` a unit. */
export function traversal({ max }: Size, factor: number): number {
  return Math.ceil(times(max, factor));
}

/** Ten characters of text cost as much as one step of an expression, and four of a regular expression (CEL). */
export const TEXT_FACTOR = 0.1;
export const REGEX_FACTOR = 0.25;
