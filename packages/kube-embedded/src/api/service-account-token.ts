import { type Json, KubeError, type KubeObject, type TokenRequest } from "@heliostat/kube";
import { unstored } from "../store/stored-revision.ts";
import { storedAt } from "./address.ts";
import type { ApiGround, TokenOrder } from "./api-ground.ts";
import { type WriteRequest, written } from "./create.ts";
import { invalidValue } from "./field-causes.ts";
import type { Target, WriteResult } from "./kube-api.ts";
import { badRequest, invalid } from "./refusals.ts";

const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;

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
  if (!(expirationSeconds >= SHORTEST_SECONDS)) {
    const problem = invalidValue(
      "spec.expirationSeconds",
      expirationSeconds,
      "may not specify a duration less than 10 minutes",
    );
    throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", [problem]);
  }
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

/** A token is bound to the very object that lives, or to none. */
function liveReference(
  { kind = "", name = "", uid }: BoundObject,
  { namespace }: Target,
  find: (address: { readonly storageKey: string; readonly key: string }) => KubeObject | undefined,
): NonNullable<TokenOrder["boundTo"]> {
  const storageKey = kind === "Pod" ? "/pods" : "/secrets";
  const found = find({ storageKey, key: `${namespace}/${name}` });
  const actual = found?.metadata.uid;
  if (actual === undefined) throw new KubeError("NotFound", `${storageKey.slice(1)} "${name}" not found`);
  if (uid !== undefined && uid !== actual)
    throw new KubeError(
      "Conflict",
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { kind, name, uid: actual };
}
