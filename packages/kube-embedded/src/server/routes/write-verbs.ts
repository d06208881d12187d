import type { WriteResult } from "../../api/kube-api.ts";
import { callerOf } from "../body/caller.ts";
import { deletionRequest } from "../body/delete-options.ts";
import { listOptions } from "../body/list-options.ts";
import { patchBody } from "../body/patch-body.ts";
import { requestBody } from "../body/request-body.ts";
import { jsonReply, type Reply } from "../http/exchange.ts";
import { successStatus } from "../http/kube-status.ts";
import { type ResourceCall, renderingOf } from "./resource-call.ts";

export async function answerCreate(call: ResourceCall): Promise<Reply> {
  const caller = callerOf(call.request, call.warn);
  const body = await requestBody(call, caller);
  return written(call, await call.served.api.create(call.target, body, caller));
}

export async function answerUpdate(call: ResourceCall): Promise<Reply> {
  const caller = callerOf(call.request, call.warn);
  const body = await requestBody(call, caller);
  return written(call, await call.served.api.update(call.target, body, caller));
}

export async function answerPatch(call: ResourceCall): Promise<Reply> {
  const caller = callerOf(call.request, call.warn);
  const { request, resource } = call;
  const patch = patchBody(await request.body(), { request, resource, caller });
  return written(call, await call.served.api.patch(call.target, patch, caller));
}

export async function answerDelete(call: ResourceCall): Promise<Reply> {
  const caller = callerOf(call.request, call.warn);
  const { isDryRun, ...options } = deletionRequest(await requestBody(call, caller), call.request.query);
  const result = await call.served.api.delete(call.target, options, { ...caller, isDryRun });
  if (result.outcome !== "removed") return written(call, result);
  const { group, plural } = call.resource;
  const { name, uid } = result.object.metadata;
  return jsonReply(
    successStatus({ name, ...(group === "" ? {} : { group }), kind: plural, ...(uid ? { uid } : {}) }),
  );
}

export async function answerDeleteCollection(call: ResourceCall): Promise<Reply> {
  const caller = callerOf(call.request, call.warn);
  const { isDryRun, ...options } = deletionRequest(await requestBody(call, caller), call.request.query);
  const selection = listOptions(call.request.query, call.route);
  const deleted = await call.served.api.deleteCollection(
    call.target,
    { ...selection, ...options },
    { ...caller, isDryRun },
  );
  const rendering = renderingOf(call);
  return { status: 200, contentType: rendering.contentType, body: rendering.list(deleted) };
}

function written(call: ResourceCall, result: WriteResult): Reply {
  const rendering = renderingOf(call);
  const { outcome, toldAs } = result;
  return {
    status: outcome === "created" ? 201 : 200,
    contentType: rendering.contentType,
    body:
      rendering.answersAsTold && toldAs
        ? call.served.eventLines.object(toldAs, result, rendering)
        : rendering.object(result),
  };
}
