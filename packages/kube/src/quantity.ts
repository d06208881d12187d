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

/** A quantity as a whole number, rounded up (Kubernetes: `Quantity.Value`); 0 when it is none. */
export function quantityCeil(text: string | number | undefined): number {
  return text === undefined ? 0 : Math.ceil(parseQuantity(text) ?? 0);
}

/** `9m` parses to 0.009000000000000001: the last binary digit must not round up to `10m`. */
function withoutFloatNoise(value: number): number {
  return Number(value.toPrecision(15));
}
