import { parseQuantity, printQuantity, quantityFormat } from "@heliostat/kube";

/** Units as Domino writes them. */
const UNITS: Readonly<Record<string, string>> = {
  GiB: "Gi",
  MiB: "Mi",
  KiB: "Ki",
  TiB: "Ti",
  GB: "G",
  MB: "M",
  KB: "k",
  TB: "T",
  Gi: "Gi",
  Mi: "Mi",
  G: "G",
  M: "M",
};

/** The canonical text of a number of `unit`s, such as 4 GiB; `undefined` when it is none. */
export function memoryQuantity(value: unknown, unit: unknown): string | undefined {
  const suffix = typeof unit === "string" ? UNITS[unit] : undefined;
  return suffix === undefined || typeof value !== "number"
    ? undefined
    : canonicalQuantity(`${value}${suffix}`);
}

/** The canonical text of a quantity above 0: `1.0` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`; `undefined` when it is none. */
export function canonicalQuantity(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const amount = parseQuantity(value);
  if (amount === undefined || !(amount > 0)) return undefined;
  const format = quantityFormat(value);
  // Bytes are whole: 0.1Gi has a fraction of one.
  return printQuantity(format === "BinarySI" ? Math.ceil(amount) : amount, format);
}
