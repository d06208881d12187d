import { type Json, KubeError, type KubeObject, timestamp } from "@heliostat/kube";
import { appliedConfig } from "../apply/apply-config.ts";
import { configProblems } from "../apply/config-problems.ts";
import { fieldTypeOf } from "../apply/field-type-of.ts";
import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import { addressOf } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { createObject } from "./create.ts";
import { incomingObject } from "./incoming.ts";
import type { Caller, Target, WriteResult } from "./kube-api.ts";
import { kindVersions, resetFields, withoutOwners, writerOf, writtenThrough } from "./managed-fields.ts";
import { badRequest, conflict, notFound } from "./refusals.ts";
import { replaceObject } from "./update.ts";
import { asServed } from "./versions.ts";

export interface ApplyRequest {
  readonly body: Json;
  readonly isForced: boolean;
  readonly caller: Caller;
  /** The subresource through which the caller came, when it is not the target's: `scale` applies to the object itself. */
  readonly through?: string;
}

/** Server-side apply: the object as the caller wants it, made if it is not there. */
export function applyObject(ground: ApiGround, target: Target, request: ApplyRequest): WriteResult {
  const { resource, name = "", subresource } = target;
  const { caller, isForced, through = subresource } = request;
  assertNamesManager(caller);
  const config = configOf(target, request.body);
  const stored = ground.store.get(addressOf(target));
  const live = stored && asServed(resource, stored).object;
  if (live === undefined) assertMayBeNew(target, config);
  const { object, owners } = appliedConfig(
    {
      live: live && withoutOwners(live),
      owners: live?.metadata.managedFields ?? [],
      config,
      writer: writerOf(writtenThrough(target, through), caller, "Apply"),
      isForced,
      time: timestamp(ground.clock.now()),
      reset: resetFields(target),
    },
    kindVersions(ground, resource),
  );
  const body = object as unknown as Json;
  if (stored === undefined) {
    if (through !== undefined) throw notFound(resource, name);
    return createObject(ground, target, { body, caller, owners });
  }
  return replaceObject(ground, target, { stored, proposed: incomingObject(target, body), caller, owners });
}

/** The configuration with the name of its URL. @throws KubeError `BadRequest` when it cannot be applied there */
function configOf(target: Target, body: Json): KubeObject {
  const { resource, name = "" } = target;
  if (!isJsonObject(body)) throw badRequest("the body of the request must be an object");
  const { apiVersion, metadata } = incomingObject(target, body);
  assertVersion(body, apiVersion);
  if (metadata.name !== "" && metadata.name !== name)
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  const { metadata: own } = body;
  const given: JsonObject = isJsonObject(own) ? own : {};
  if (given["managedFields"] !== undefined && given["managedFields"] !== null)
    throw badRequest("metadata.managedFields must be nil");
  const { namespace } = metadata;
  const placed = { ...given, name, ...(namespace !== undefined && { namespace }) };
  const config = { ...body, metadata: placed } as unknown as KubeObject;
  const problems = configProblems(config as unknown as JsonObject, fieldTypeOf(resource));
  if (problems.length > 0) throw badRequest(typedPatchMessage(config, problems));
  return config;
}

function assertVersion({ apiVersion, kind }: JsonObject, expected: string): void {
  if (typeof kind !== "string" || kind === "")
    throw badRequest("Object 'Kind' is missing in the apply patch");
  if (apiVersion === expected) return;
  throw badRequest(
    `Incorrect version specified in apply patch. Specified patch version: ${String(apiVersion ?? "")}, expected: ${expected}`,
  );
}

function typedPatchMessage({ apiVersion, kind, metadata }: KubeObject, problems: readonly string[]): string {
  const where = `${metadata.namespace ?? ""}/${metadata.name}; ${apiVersion}, Kind=${kind}`;
  const [only] = problems;
  const text = problems.length === 1 ? only : `errors:\n${problems.map((each) => `  ${each}`).join("\n")}`;
  return `failed to create typed patch object (${where}): ${text}`;
}

/** Who names the very object that he means does not want another one. */
function assertMayBeNew({ resource, name = "" }: Target, { metadata }: KubeObject): void {
  if (metadata.uid)
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${metadata.uid}, and no existing object was found`,
    );
  if (metadata.resourceVersion) throw notFound(resource, name);
}

/** @throws KubeError `Invalid`: an apply is somebody's, or it means nothing */
function assertNamesManager({ fieldManager }: Caller): void {
  if (fieldManager !== "") return;
  const message = "Required value: is required for apply patch";
  throw new KubeError("Invalid", `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    causes: [{ reason: "FieldValueRequired", field: "fieldManager", message }],
  });
}
