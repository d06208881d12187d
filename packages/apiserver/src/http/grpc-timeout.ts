import { ApiError } from "../errors/api-error.ts";

const MS_OF_UNIT: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 0.001,
  n: 0.000_001,
};

/** What a `Grpc-Timeout` header gives: `10S`. @throws ApiError `InvalidArgument` */
export function grpcTimeoutMs(header: string | readonly string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, count, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(String(header)) ?? [];
  const ms = MS_OF_UNIT[unit];
  if (count === undefined || ms === undefined) {
    throw new ApiError(
      "InvalidArgument",
      `Cannot read the header "Grpc-Timeout": want digits and one of H, M, S, m, u, n`,
    );
  }
  return Math.ceil(Number(count) * ms);
}
