const QUANTITY = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Power of ten, or of two for the suffixes with an `i`. */
const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const DECIMAL_SUFFIXES = ["", "k", "M", "G", "T", "P", "E"] as const;
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;

/** How a quantity prints: powers of 1000 (`DecimalSI`) or of 1024 (`BinarySI`). */
export type QuantityFormat = "DecimalSI" | "BinarySI";

/** The value of a Kubernetes quantity (`500m`, `2Gi`, `1e3`, `4`); `undefined` when it is none. */
export function parseQuantity(text: string | number): number | undefined {
  if (typeof text === "number") return Number.isFinite(text) ? text : undefined;
  const match = QUANTITY.exec(text.trim());
  if (!match) return undefined;
  const [, sign, digits, exponent, suffix] = match;
  const magnitude = Number(`${digits}${exponent ?? ""}`) * (suffix ? (SUFFIXES[suffix] ?? 1) : 1);
  return sign === "-" ? -magnitude : magnitude;
}

/** The format in which `text` was written: binary when its suffix ends in `i`. */
export function quantityFormat(text: string | number): QuantityFormat {
  return String(text).endsWith("i") ? "BinarySI" : "DecimalSI";
}

/**
 * The canonical text of a quantity: the largest suffix that leaves a whole number, milli where a fraction remains
 * (Kubernetes: `resource.Quantity.String`).
 */
export function printQuantity(value: number, format: QuantityFormat): string {
  if (!Number.isInteger(value)) return `${Math.ceil(withoutFloatNoise(value * 1000))}m`;
  const base = format === "BinarySI" ? 1024 : 1000;
  const suffixes = format === "BinarySI" ? BINARY_SUFFIXES : DECIMAL_SUFFIXES;
  let whole = value;
  let step = 0;
  while (whole !== 0 && whole % base === 0 && step < suffixes.length - 1) {
    whole /= base;
    step += 1;
  }
  return `${whole}${suffixes[step]}`;
}

const FINEST = -9;
const MOST_DIGITS = 400;
/** No quantity is larger (Kubernetes: `maxAllowed`, 2^63 - 1). */
const LARGEST = "9223372036854775807";
/** Beyond these powers of ten a quantity is the largest, or next to nothing. */
const LARGEST_POWER = 30;
const SMALLEST_POWER = -100;

/**
 * The text that Kubernetes keeps of a quantity, exactly: `0.5` is `500m`, `1024Mi` is `1Gi`, `1.5Gi` is `1536Mi`, `1` is
 * `"1"` (`resource.Quantity.CanonicalizeBytes`). What is finer than `10^finestPower` is rounded up, away from zero.
 *
 * @returns `undefined` when it is no quantity, or one of hundreds of digits
 */
export function canonicalQuantity(text: string | number, finestPower: number = FINEST): string | undefined {
  const match = QUANTITY.exec(String(text).trim());
  if (!match) return undefined;
  const [, sign = "", digits = "", exponent, suffix = ""] = match;
  if (digits.length > MOST_DIGITS) return undefined;
  const [whole = "", fraction = ""] = digits.split(".");
  const isBinary = suffix.endsWith("i");
  const power = Number(exponent?.slice(1) ?? 0) + (isBinary ? 0 : DECIMAL_POWERS.indexOf(suffix) * 3 - 9);
  const factor = isBinary ? 1024n ** BigInt(BINARY_SUFFIXES.indexOf(suffix as BinarySuffix)) : 1n;
  const amount = { mantissa: BigInt(`${whole}${fraction}`) * factor, power: power - fraction.length };
  if (amount.mantissa === 0n) return "0";
  const minus = sign === "-" ? "-" : "";
  if (amount.power > LARGEST_POWER) return `${minus}${LARGEST}`;
  const rounded = roundedUp(amount, finestPower);
  if (isBinary && isWholeAbove1024(rounded)) return `${minus}${printBinary(rounded)}`;
  return `${minus}${printDecimal(rounded, exponent !== undefined)}`;
}

type BinarySuffix = (typeof BINARY_SUFFIXES)[number];

/** In steps of a thousand, from 10^-9 upwards. */
const DECIMAL_POWERS: readonly string[] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/** `mantissa` times ten to the `power`. */
interface Decimal {
  readonly mantissa: bigint;
  readonly power: number;
}

function roundedUp({ mantissa, power }: Decimal, finestPower: number): Decimal {
  if (power >= finestPower) return { mantissa, power };
  if (power < SMALLEST_POWER) return { mantissa: 1n, power: finestPower };
  const step = 10n ** BigInt(finestPower - power);
  return { mantissa: (mantissa + step - 1n) / step, power: finestPower };
}

function isWholeAbove1024({ mantissa, power }: Decimal): boolean {
  if (power >= 0) return mantissa * 10n ** BigInt(power) >= 1024n;
  const unit = 10n ** BigInt(-power);
  return mantissa % unit === 0n && mantissa / unit >= 1024n;
}

function printBinary({ mantissa, power }: Decimal): string {
  let whole = power >= 0 ? mantissa * 10n ** BigInt(power) : mantissa / 10n ** BigInt(-power);
  let step = 0;
  while (whole % 1024n === 0n && step < BINARY_SUFFIXES.length - 1) {
    whole /= 1024n;
    step += 1;
  }
  return `${whole}${BINARY_SUFFIXES[step]}`;
}

/** With the largest power of a thousand that leaves a whole number, as a suffix or as an exponent. */
function printDecimal({ mantissa, power }: Decimal, hasExponent: boolean): string {
  let whole = mantissa;
  let rest = power;
  for (; whole % 10n === 0n; whole /= 10n) rest += 1;
  for (; rest % 3 !== 0 || rest > 18; whole *= 10n) rest -= 1;
  if (!hasExponent) return `${whole}${DECIMAL_POWERS[rest / 3 + 3]}`;
  return rest === 0 ? `${whole}` : `${whole}e${rest}`;
}

/** A quantity as a whole number, rounded up (Kubernetes: `Quantity.Value`); 0 when it is none. */
export function quantityCeil(text: string | number | undefined): number {
  return text === undefined ? 0 : Math.ceil(parseQuantity(text) ?? 0);
}

/** `9m` parses to 0.009000000000000001: the last binary digit must not round up to `10m`. */
function withoutFloatNoise(value: number): number {
  return Number(value.toPrecision(15));
}
