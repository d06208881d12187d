import type { DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";

export interface ApiCallOptions {
  readonly signal?: AbortSignal;
}

/** The methods of a service as functions: requests may leave out what has a default, answers are complete. */
export type ServiceClient<S extends DescService> = {
  readonly [M in keyof S["method"]]: (
    request: MessageInitShape<S["method"][M]["input"]>,
    options?: ApiCallOptions,
  ) => Promise<MessageShape<S["method"][M]["output"]>>;
};
