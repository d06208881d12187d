import type { Environment } from "@marcbachmann/cel-js";

/** A semantic version as rules compare it. */
class Semver {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly prerelease: readonly string[];

  constructor(numbers: readonly [bigint, bigint, bigint], prerelease: readonly string[]) {
    this.numbers = numbers;
    this.prerelease = prerelease;
  }
}

/** The library `semver` of Kubernetes' CEL. */
export function registerVersionFunctions(environment: Environment): void {
  environment
    .registerType("kubernetes.Semver", { ctor: Semver, fields: {} })
    .registerFunction("isSemver(string): bool", (text: string) => parsed(text) !== undefined)
    .registerFunction("isSemver(string, bool): bool", (text: string, isLoose: boolean) =>
      isLoose ? parsed(normalized(text)) !== undefined : parsed(text) !== undefined,
    )
    .registerFunction("semver(string): kubernetes.Semver", semver)
    .registerFunction("semver(string, bool): kubernetes.Semver", (text: string, isLoose: boolean) =>
      semver(isLoose ? normalized(text) : text),
    )
    .registerFunction("kubernetes.Semver.major(): int", ({ numbers }: Semver) => numbers[0])
    .registerFunction("kubernetes.Semver.minor(): int", ({ numbers }: Semver) => numbers[1])
    .registerFunction("kubernetes.Semver.patch(): int", ({ numbers }: Semver) => numbers[2])
    .registerFunction(
      "kubernetes.Semver.isLessThan(kubernetes.Semver): bool",
      (left: Semver, right: Semver) => order(left, right) < 0,
    )
    .registerFunction(
      "kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool",
      (left: Semver, right: Semver) => order(left, right) > 0,
    )
    .registerFunction("kubernetes.Semver.compareTo(kubernetes.Semver): int", (left: Semver, right: Semver) =>
      BigInt(order(left, right)),
    );
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function parsed(text: string): Semver | undefined {
  const [, major, minor, patch, prerelease] = SEMVER.exec(text) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return new Semver([BigInt(major), BigInt(minor), BigInt(patch)], prerelease?.split(".") ?? []);
}

/** Without a leading "v" and leading zeros, and with what is missing of three numbers (`v1.02` is `1.2.0`). */
function normalized(text: string): string {
  const parts = text.replace(/^v/, "").split(".");
  const numbers = [...parts.slice(0, 2), parts.slice(2).join(".")].filter((_, index) => index < parts.length);
  if (numbers.length < 3 && /[+-]/.test(numbers.at(-1) ?? "")) return text;
  const trimmed = numbers.map((part) => part.replace(/^0+(?=\d)/, ""));
  return [...trimmed, "0", "0"].slice(0, 3).join(".");
}

function semver(text: string): Semver {
  const version = parsed(text);
  if (version) return version;
  throw new Error(`Semver parse error during conversion from string: ${JSON.stringify(text)}`);
}

/** -1, 0 or 1. A version comes after its own pre-releases; what was built of it makes no difference. */
function order(left: Semver, right: Semver): number {
  for (const [index, number] of left.numbers.entries()) {
    const difference = sign(number - (right.numbers[index] ?? 0n));
    if (difference !== 0) return difference;
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0)
    return Math.sign(right.prerelease.length - left.prerelease.length);
  return orderOfPrereleases(left.prerelease, right.prerelease);
}

function orderOfPrereleases(left: readonly string[], right: readonly string[]): number {
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part !== other) return orderOfParts(part, other);
  }
  return left.length < right.length ? -1 : 0;
}

/** Numbers by their value, and before texts. */
function orderOfParts(left: string, right: string): number {
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
  if (isLeftNumber && isRightNumber) return sign(BigInt(left) - BigInt(right));
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1;
  return left < right ? -1 : 1;
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}
