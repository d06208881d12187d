import { sha1 } from "../hash/sha1.ts";

/** How many names a sequence holds before it begins anew: 14,348,907. */
export const SEQUENCE_LENGTH: number = 27 ** 5;

/** Suffixes in an order of their own: each number has one, and each suffix belongs to one number. */
export interface NameSequence {
  /** The suffix of a number, five characters that can end a Kubernetes name. */
  suffixOf(number: number): string;
  /** The number below {@link SEQUENCE_LENGTH} whose suffix this is; `undefined` when no number makes it. */
  numberOf(suffix: string): number | undefined;
}

/**
 * The sequence that `seed` determines. Number `n` stands for `offset + n * stride` in the ring of 27^5 suffixes; the
 * stride shares no factor with 27, so the way around passes every suffix once.
 */
export function nameSequence(seed: string): NameSequence {
  const digest = new DataView(sha1(seed).buffer);
  const offset = digest.getUint32(0) % SEQUENCE_LENGTH;
  const stride = notDivisibleBy3(digest.getUint32(4) % SEQUENCE_LENGTH);
  const back = inverse(stride);
  return {
    suffixOf: (number) => digits(inRing(offset + inRing(number) * stride)),
    numberOf: (suffix) => {
      const value = valueOfSuffix(suffix);
      return value === undefined ? undefined : inRing(inRing(value - offset) * back);
    },
  };
}

/** The alphabet of Kubernetes' random suffixes: no vowels and nothing that looks like something else. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX = new RegExp(`^[${ALPHABET}]{5}$`);

function inRing(number: number): number {
  return ((number % SEQUENCE_LENGTH) + SEQUENCE_LENGTH) % SEQUENCE_LENGTH;
}

function notDivisibleBy3(number: number): number {
  return number - (number % 3) + 1;
}

/** The number that undoes a multiplication in the ring (the extended Euclidean algorithm). */
function inverse(factor: number): number {
  let [rest, nextRest] = [SEQUENCE_LENGTH, factor];
  let [answer, nextAnswer] = [0, 1];
  while (nextRest !== 0) {
    const quotient = Math.floor(rest / nextRest);
    [rest, nextRest] = [nextRest, rest - quotient * nextRest];
    [answer, nextAnswer] = [nextAnswer, answer - quotient * nextAnswer];
  }
  return inRing(answer);
}

function digits(value: number): string {
  let text = "";
  for (let rest = value; text.length < 5; rest = Math.floor(rest / ALPHABET.length)) {
    text = `${ALPHABET[rest % ALPHABET.length]}${text}`;
  }
  return text;
}

function valueOfSuffix(suffix: string): number | undefined {
  if (!SUFFIX.test(suffix)) return undefined;
  return [...suffix].reduce((value, digit) => value * ALPHABET.length + ALPHABET.indexOf(digit), 0);
}
