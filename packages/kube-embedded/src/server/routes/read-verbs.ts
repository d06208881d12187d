import type { StoredEvents } from "../../api/kube-api.ts";
import { listOptions, watchOptions } from "../body/list-options.ts";
import type { Reply } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import { type ResourceCall, renderingOf } from "./resource-call.ts";

export async function answerGet(call: ResourceCall): Promise<Reply> {
  const rendering = renderingOf(call);
  const resourceVersion = textParameter(call.request.query, "resourceVersion");
  const stored = await call.served.api.get(
    call.target,
    resourceVersion === undefined ? {} : { resourceVersion },
  );
  return { status: 200, contentType: rendering.contentType, body: rendering.object(stored) };
}

export async function answerList(call: ResourceCall): Promise<Reply> {
  const rendering = renderingOf(call);
  const list = await call.served.api.list(call.target, listOptions(call.request.query, call.route));
  return { status: 200, contentType: rendering.contentType, body: rendering.list(list) };
}

/** One JSON value a line, for as long as the caller listens. */
export function answerWatch(call: ResourceCall): Reply {
  const { served, request, route, target } = call;
  const rendering = renderingOf(call);
  const options = { ...watchOptions(request.query, route), signal: request.signal };
  const batches = served.api.watch(target, options);
  return {
    status: 200,
    contentType: rendering.contentType,
    body: lines(batches, (events) => served.eventLines.lines(events, rendering)),
  };
}

/** What is told at once leaves at once. */
async function* lines(
  batches: AsyncIterable<StoredEvents>,
  linesOf: (events: StoredEvents) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  for await (const events of batches) yield linesOf(events);
}
