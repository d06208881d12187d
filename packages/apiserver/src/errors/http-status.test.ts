import { expect, it } from "vitest";
import { errorAnswer } from "../http/status-body.ts";
import { ApiError, GRPC_CODE, type GrpcCode } from "./api-error.ts";

/** Every row of grpc-gateway's table (reference §1.7). */
it.each<readonly [GrpcCode, number, number]>([
  ["Cancelled", 1, 499],
  ["Unknown", 2, 500],
  ["InvalidArgument", 3, 400],
  ["DeadlineExceeded", 4, 504],
  ["NotFound", 5, 404],
  ["AlreadyExists", 6, 409],
  ["PermissionDenied", 7, 403],
  ["ResourceExhausted", 8, 429],
  ["FailedPrecondition", 9, 400],
  ["Aborted", 10, 409],
  ["OutOfRange", 11, 400],
  ["Unimplemented", 12, 501],
  ["Internal", 13, 500],
  ["Unavailable", 14, 503],
  ["DataLoss", 15, 500],
  ["Unauthenticated", 16, 401],
])("%s is code %d and HTTP %d", (code, number, status) => {
  const answer = errorAnswer(new ApiError(code, "why"));
  expect([GRPC_CODE[code], answer.status]).toEqual([number, status]);
  expect(JSON.parse(answer.body.toString())).toEqual({ code: number, message: "why" });
});
