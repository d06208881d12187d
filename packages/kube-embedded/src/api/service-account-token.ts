import { type Json, KubeError, type KubeObject, type Pod, type TokenRequest } from "@heliostat/kube";
import { unstored } from "../store/stored-revision.ts";
import { storedAt } from "./address.ts";
import type { ApiGround, TokenOrder } from "./api-ground.ts";
import { type WriteRequest, written } from "./create.ts";
import { invalidValue } from "./field-causes.ts";
import type { Target, WriteResult } from "./kube-api.ts";
import { badRequest, conflict, invalid, notFound } from "./refusals.ts";

const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;

/** `serviceaccounts/token`: a signed token for the account (TokenRequest). */
export async function createToken(
  ground: ApiGround,
  target: Target,
  { body }: WriteRequest,
): Promise<WriteResult> {
  const { tokens, store } = ground;
  if (!tokens) throw new KubeError("MethodNotAllowed", "this API server signs no tokens");
  const serviceAccount = storedAt(ground, target).object;
  const spec = specOf(body);
  const { audiences = [], expirationSeconds = DEFAULT_SECONDS, boundObjectRef } = spec;
  assertLifetime(expirationSeconds);
  const boundTo = boundObjectRef && liveReference(boundObjectRef, target, (key) => store.get(key)?.object);
  const order = { serviceAccount, audiences, expirationSeconds, ...(boundTo && { boundTo }) };
  const status = await tokens.issue(order);
  const answer = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: serviceAccount.metadata,
    spec: { audiences, expirationSeconds, ...(boundObjectRef && { boundObjectRef }) },
    status,
  };
  return written(unstored(answer as KubeObject), "created");
}

type TokenSpec = NonNullable<TokenRequest["spec"]>;
type BoundObject = NonNullable<TokenSpec["boundObjectRef"]>;

function specOf(body: Json): Partial<TokenSpec> {
  const { spec = {} } = (typeof body === "object" && body !== null ? body : {}) as {
    readonly spec?: Partial<TokenSpec>;
  };
  if (typeof spec !== "object" || spec === null) throw badRequest("spec must be an object");
  const { audiences = [] } = spec;
  if (!Array.isArray(audiences) || audiences.some((each) => typeof each !== "string"))
    throw badRequest("spec.audiences must be a list of strings");
  return spec;
}

function assertLifetime(seconds: number): void {
  if (!Number.isInteger(seconds)) throw badRequest("spec.expirationSeconds must be a whole number");
  const why =
    (seconds < SHORTEST_SECONDS && "may not specify a duration less than 10 minutes") ||
    (seconds > LONGEST_SECONDS && "may not specify a duration larger than 2^32 seconds");
  if (!why) return;
  const problem = invalidValue("spec.expirationSeconds", seconds, why);
  throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", [problem]);
}

/** A token is bound to the very object that lives, or to none. */
function liveReference(
  { apiVersion = "v1", kind = "", name = "", uid }: BoundObject,
  { namespace, name: account }: Target,
  find: (address: { readonly storageKey: string; readonly key: string }) => KubeObject | undefined,
): NonNullable<TokenOrder["boundTo"]> {
  const plural = apiVersion === "v1" ? BINDABLE.get(kind) : undefined;
  const cannotBind = `cannot bind token for serviceaccount "${account}" to`;
  if (!plural) throw badRequest(`${cannotBind} object of type ${typeText(apiVersion, kind)}`);
  const found = find({ storageKey: `/${plural}`, key: `${namespace}/${name}` });
  const actual = found?.metadata.uid;
  if (actual === undefined) throw notFound({ group: "", plural }, name);
  if (kind === "Pod" && (found as Pod).spec?.serviceAccountName !== account)
    throw badRequest(`${cannotBind} pod running with different serviceaccount name.`);
  if (uid && uid !== actual) {
    const because = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: "", plural }, name, because);
  }
  return { kind, name, uid: actual };
}

const BINDABLE: ReadonlyMap<string, string> = new Map([
  ["Pod", "pods"],
  ["Secret", "secrets"],
]);

/** Go's text of a type: `/v1, Kind=Node`. */
function typeText(apiVersion: string, kind: string): string {
  return `${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${kind}`;
}
