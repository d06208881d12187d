import { type ApiError, GRPC_CODE, type GrpcCode } from "../errors/api-error.ts";
import { HTTP_STATUS } from "../errors/http-status.ts";

/** An error as HTTP carries it. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** `google.rpc.Status` in JSON, without what is empty: strict clients know no other member. */
export function errorAnswer({ code, message, options }: ApiError): ErrorAnswer {
  return { status: options.httpStatus ?? HTTP_STATUS[code], body: statusBody(code, message) };
}

export function statusBody(code: GrpcCode, message: string): Buffer {
  return Buffer.from(JSON.stringify({ code: GRPC_CODE[code], message }));
}
