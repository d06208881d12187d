import { bearerToken, type Caller, type Credentials } from "@heliostat/identity";
import type { HttpVerb } from "@heliostat/proto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CallEnd } from "../calls/call-end.ts";
import type { Calls } from "../calls/calls.ts";
import { ApiError } from "../errors/api-error.ts";
import type { ApiTarget } from "./api-routes.ts";
import { grpcTimeoutMs } from "./grpc-timeout.ts";
import { bodyText, requestMessage } from "./request-message.ts";
import { cleanedPath, requestPath, segmentsOf } from "./request-path.ts";
import type { Place, RouteTable } from "./route-table.ts";
import { isForm } from "./sent-content-type.ts";

/** A request whose target and caller are known, before its body is read. */
interface Opened {
  readonly target: ApiTarget;
  readonly variables: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly caller: Caller;
  readonly end: CallEnd;
  /** The body is a form, and its fields are parameters. */
  readonly hasForm: boolean;
}

export interface GatewayOptions {
  readonly routes: RouteTable<ApiTarget>;
  readonly calls: Calls;
}

/**
 * Every path that nothing else answers: the API's routes, as grpc-gateway would serve them. Fastify does not route
 * here, since grpc-gateway tells an unknown path (404) from a wrong verb (501) and lets a variable be empty.
 */
export function addGateway(app: FastifyInstance, { routes, calls }: GatewayOptions): void {
  const opened = new WeakMap<FastifyRequest, Opened>();

  async function open(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { path, query } = requestPath(request.url);
    const clean = cleanedPath(path);
    if (clean !== undefined) {
      const search = query.size === 0 ? "" : `?${query}`;
      await reply.redirect(`${clean}${search}`, 301);
      return;
    }
    const { target, variables, hasForm } = targetOf(request, routes.find(segmentsOf(path)));
    const end = callEnd(reply);
    const caller = await calls.authenticate(credentialsOf(request), end);
    opened.set(request, { target, variables, query, caller, end, hasForm });
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const call = opened.get(request);
    if (call === undefined) throw new ApiError("NotFound", "Not Found");
    const { method, read, render, complete, version } = call.target;
    const message = requestMessage(method, partsOf(call, request), read);
    complete?.(message);
    const answered = await calls.run(method, message, {
      caller: call.caller,
      version,
      end: call.end,
      requestId: () => request.id,
      timeoutMs: grpcTimeoutMs(request.headers["grpc-timeout"]),
    });
    return reply
      .header("content-type", "application/json")
      .header("grpc-metadata-content-type", "application/grpc")
      .send(render(method.output, answered));
  }

  app.route({
    method: app.supportedMethods.filter((method) => method !== "OPTIONS" && method !== "TRACE"),
    url: "*",
    onRequest: open,
    handler: answer,
  });
  // What Fastify has no route for is a verb that no path has.
  app.setNotFoundHandler({ preValidation: open }, answer);
}

interface Target {
  readonly target: ApiTarget;
  readonly variables: Readonly<Record<string, string>>;
  readonly hasForm: boolean;
}

/** @throws ApiError `NotFound` for an unknown path, `Unimplemented` for a verb that the path does not have */
function targetOf(request: FastifyRequest, place: Place<ApiTarget> | undefined): Target {
  if (place === undefined) throw new ApiError("NotFound", "Not Found");
  const { byVerb, variables } = place;
  const target = byVerb[request.method as HttpVerb];
  const isFormPost = request.method === "POST" && isForm(request);
  const override = isFormPost ? request.headers["x-http-method-override"] : undefined;
  if (typeof override === "string" && override !== "") {
    const overridden = byVerb[override.toUpperCase() as HttpVerb];
    if (overridden !== undefined) return { target: overridden, variables, hasForm: true };
  } else if (target !== undefined) return { target, variables, hasForm: false };
  else if (isFormPost && byVerb.GET !== undefined) return { target: byVerb.GET, variables, hasForm: true };
  throw new ApiError("Unimplemented", "Method Not Allowed");
}

function partsOf(
  { variables, query, hasForm }: Opened,
  request: FastifyRequest,
): Parameters<typeof requestMessage>[1] {
  const body = Buffer.isBuffer(request.body) ? request.body : undefined;
  if (!hasForm) return { variables, query, body };
  const form = new URLSearchParams(body === undefined ? "" : bodyText(body));
  return { variables, query: new URLSearchParams([...query, ...form]), body: undefined };
}

/** @throws ApiError `Unauthenticated` when the request shows two identities */
export function credentialsOf({ raw, headers }: Pick<FastifyRequest, "raw" | "headers">): Credentials {
  if ((raw.headersDistinct["authorization"]?.length ?? 0) > 1) {
    throw new ApiError("Unauthenticated", 'Cannot accept the request: it has more than one "Authorization"');
  }
  const bearer = bearerToken(headers.authorization);
  return bearer === undefined ? {} : { bearer };
}

/** Aborts when the connection ends before the answer does. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  return callEnd(reply).signal;
}

function callEnd({ raw }: FastifyReply): CallEnd {
  return new CallEnd((leave) => {
    if (raw.destroyed) leave();
    else raw.once("close", () => raw.writableFinished || leave());
  });
}
