import type { KubeError } from "@heliostat/kube";
import { isJsonObject } from "../schema/json-value.ts";
import { badRequest } from "./refusals.ts";

/** Where the next page of a list begins, and at which revision; without one, at whatever is newest. */
export interface ContinueToken {
  readonly revision: number | undefined;
  /** The key at which the page begins, without the namespace that the list is of. */
  readonly start: string;
}

const VERSION = "meta.k8s.io/v1";
/** Kubernetes' mark of a token that has lost its revision. */
const NEWEST = -1;

/** The token's text: base64 of JSON, as Kubernetes' own. */
export function printContinueToken({ revision, start }: ContinueToken): string {
  const token = { v: VERSION, rv: revision ?? NEWEST, start };
  return Buffer.from(JSON.stringify(token)).toString("base64url");
}

/** @throws KubeError `BadRequest` when the text is no token of ours */
export function parseContinueToken(text: string): ContinueToken {
  const token = decoded(text);
  const { v, rv, start } = token;
  if (v !== VERSION) throw refused(`: server does not recognize this encoded version ${String(v)}`);
  if (typeof start !== "string" || !Number.isSafeInteger(rv) || Number(rv) < NEWEST) throw refused("");
  return { revision: rv === NEWEST ? undefined : Number(rv), start };
}

function decoded(text: string): Readonly<Record<string, unknown>> {
  try {
    const token = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (isJsonObject(token)) return token;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw refused("");
}

function refused(why: string): KubeError {
  return badRequest(`invalid continue token: continue key is not valid${why}`);
}
