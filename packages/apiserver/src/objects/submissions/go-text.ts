/**
 * A JSON value as Go prints it by default (`%v`): `map[a:1 b:[x y]]`, keys sorted. KubeRay's API tells nested runtime
 * environments that way.
 */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, each]) => `${key}:${goText(each)}`).join(" ")}]`;
}

/** Go takes JSON's numbers for floats and turns to exponents at a million: `1e+06`. */
function goNumber(value: number): string {
  const [, digits = "", sign = "", exponent = "0"] = /^(.+)e([+-])(\d+)$/.exec(value.toExponential()) ?? [];
  const power = Number(`${sign}${exponent}`);
  const isPlain = value === 0 || !Number.isFinite(value) || (power >= -4 && power < 6);
  return isPlain ? String(value) : `${digits}e${sign}${exponent.padStart(2, "0")}`;
}
