import { epochMsOf, KubeError, type LogOptions, timestamp } from "@heliostat/kube";
import { invalidOptions } from "../body/invalid-options.ts";
import type { Reply } from "../http/exchange.ts";
import { booleanParameter, integerParameter, textParameter } from "../http/query.ts";
import type { ResourceCall } from "../routes/resource-call.ts";
import { methodNotAllowed } from "../routes/verb.ts";
import { chosenContainer } from "./container-choice.ts";
import { assertHasLog } from "./log-availability.ts";
import { podOf } from "./pod-of.ts";

/** `GET pods/NAME/log` */
export async function answerLog(call: ResourceCall): Promise<Reply> {
  if (call.verb !== "get") throw methodNotAllowed();
  const { request, served } = call;
  const options = logOptions(request.query, served.clock.now());
  const pod = await podOf(call);
  const container = chosenContainer(pod, textParameter(request.query, "container"));
  if (!pod.spec?.nodeName) return { ...LOG, status: 204, body: "" };
  assertHasLog(pod, container, { previous: options.previous ?? false });
  const { name, namespace = "" } = pod.metadata;
  const body = await served.node.logs({ name, namespace, container }, { ...options, signal: request.signal });
  return { ...LOG, status: 200, body };
}

const LOG = { contentType: "text/plain" } as const;

/** @throws KubeError `Invalid`, `BadRequest` */
export function logOptions(query: URLSearchParams, nowMs: number): LogOptions {
  const tailLines = atLeast(query, "tailLines", 0);
  const limitBytes = atLeast(query, "limitBytes", 1);
  const sinceTime = since(query, nowMs);
  return {
    follow: booleanParameter(query, "follow"),
    previous: booleanParameter(query, "previous"),
    timestamps: booleanParameter(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceTime === undefined ? {} : { sinceTime }),
  };
}

function since(query: URLSearchParams, nowMs: number): string | undefined {
  const sinceSeconds = atLeast(query, "sinceSeconds", 1);
  const sinceTime = textParameter(query, "sinceTime");
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    throw invalidLogOption(
      "sinceSeconds",
      "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
    );
  }
  if (sinceSeconds !== undefined) return timestamp(nowMs - sinceSeconds * 1000);
  if (sinceTime === undefined || epochMsOf(sinceTime) !== undefined) return sinceTime;
  throw new KubeError(
    "BadRequest",
    `Cannot read query parameter "sinceTime": "${sinceTime}" is not an RFC 3339 time`,
  );
}

function atLeast(query: URLSearchParams, name: string, least: 0 | 1): number | undefined {
  const value = integerParameter(query, name);
  if (value === undefined || value >= least) return value;
  const rule = least === 0 ? "must be greater than or equal to 0" : "must be greater than 0";
  throw invalidLogOption(name, `Invalid value: ${value}: ${rule}`);
}

function invalidLogOption(field: string, message: string): KubeError {
  return invalidOptions("PodLogOptions", { reason: "FieldValueInvalid", field, message });
}
