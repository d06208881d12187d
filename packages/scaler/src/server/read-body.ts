import { ScalerError } from "../answers/answer.ts";
import { badRequest } from "../operations/body-fields.ts";
import type { Surface } from "../routes/route.ts";

/** What has come as a body, before anybody knows whose it is. */
export type RawBody =
  | { readonly json: unknown }
  | { readonly unreadable: "not JSON" | "another type" | "encoded" };

export const BODY_BYTES_MAX: number = 64 * 1024;

/** Members that no request of ours has, and that do harm to whoever copies objects carelessly. */
const POISON = ["__proto__", "constructor", "prototype"];

export function rawJson(text: string, coding = "identity"): RawBody {
  if (coding.toLowerCase() !== "identity") return { unreadable: "encoded" };
  if (text.trim() === "") return { json: {} };
  try {
    return { json: JSON.parse(text) };
  } catch {
    return { unreadable: "not JSON" };
  }
}

/**
 * The members of a body. Old routes take what they cannot read for an empty body, and go on to miss what should be in it
 * (their clients know those messages); ours say what is wrong.
 *
 * @throws ScalerError `bad_request`, `unsupported_media_type`
 */
export function bodyOf(raw: RawBody | undefined, surface: Surface): Readonly<Record<string, unknown>> {
  if (raw === undefined) return {};
  if ("json" in raw && isObject(raw.json)) {
    const poison = POISON.find((key) => Object.hasOwn(raw.json as object, key));
    if (poison !== undefined) throw badRequest(`unknown field "${poison}"`);
    return raw.json;
  }
  if (surface !== "v1") return {};
  if ("json" in raw) throw badRequest("the body must be a JSON object");
  if (raw.unreadable === "not JSON") throw badRequest("the body is no JSON");
  const message =
    raw.unreadable === "encoded"
      ? "Send the body as it is, without Content-Encoding"
      : "Send the body as Content-Type: application/json";
  throw new ScalerError("unsupported_media_type", message, { status: 415 });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
