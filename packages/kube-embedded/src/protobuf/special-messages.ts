import { type Json, timestamp } from "@heliostat/kube";
import { envelopeContent } from "./envelope-start.ts";
import { WireError } from "./wire-reader.ts";

type Members = ReadonlyMap<string, Json>;
/** Decodes an object in an envelope of its own. */
type Decode = (envelope: Uint8Array) => Json;

/** Messages whose JSON is not an object with their fields. */
export const SPECIAL_MESSAGES: Readonly<Record<string, (members: Members, decode: Decode) => Json>> = {
  "meta.v1.Time": (members) => instantText(members, 0),
  "meta.v1.MicroTime": (members) => instantText(members, 6),
  "resource.Quantity": (members) => members.get("string") ?? "0",
  "intstr.IntOrString": (members) =>
    members.get("type") === STRING_TYPE ? (members.get("strVal") ?? "") : (members.get("intVal") ?? 0),
  "runtime.RawExtension": (members, decode) => embeddedValue(members.get("raw"), decode),
  "meta.v1.FieldsV1": (members, decode) => embeddedValue(members.get("Raw"), decode),
  "meta.v1.Verbs": itemsOf,
  "authentication.v1.ExtraValue": itemsOf,
  "authorization.v1.ExtraValue": itemsOf,
  "apiextensions.v1.JSON": (members, decode) => embeddedValue(members.get("raw"), decode),
  "apiextensions.v1.JSONSchemaPropsOrArray": (members) =>
    members.get("schema") ?? members.get("jSONSchemas") ?? null,
  "apiextensions.v1.JSONSchemaPropsOrBool": (members) =>
    members.get("schema") ?? members.get("allows") ?? false,
  "apiextensions.v1.JSONSchemaPropsOrStringArray": (members) =>
    members.get("schema") ?? members.get("property") ?? null,
};

const STRING_TYPE = 1;

function itemsOf(members: Members): Json {
  return members.get("items") ?? [];
}

/** Go's zero time, which it takes for none. */
const ZERO_TIME_SECONDS = -62_135_596_800;
const YEAR_10000_SECONDS = 253_402_300_800;

/** RFC 3339 in UTC with so many digits of a second; `null` for no time. */
function instantText(members: Members, digits: number): Json {
  const seconds = Number(members.get("seconds") ?? 0);
  const nanos = Number(members.get("nanos") ?? 0);
  if (members.size === 0 || (seconds === ZERO_TIME_SECONDS && nanos === 0)) return null;
  if (seconds < ZERO_TIME_SECONDS || seconds >= YEAR_10000_SECONDS)
    throw new WireError(`${seconds} is no time`);
  if (nanos < 0 || nanos >= 1e9) throw new WireError(`${nanos} are no nanoseconds of a second`);
  const instant = timestamp(seconds * 1000);
  if (digits === 0) return instant;
  return instant.replace("Z", `.${String(nanos).padStart(9, "0").slice(0, digits)}Z`);
}

/** A value of any shape lies in bytes: as JSON, or (Go's typed clients) as an object in an envelope of its own. */
function embeddedValue(base64: Json | undefined, decode: Decode): Json {
  if (base64 === undefined || base64 === "") return null;
  const bytes = Buffer.from(String(base64), "base64");
  if (envelopeContent(bytes)) return decode(bytes);
  try {
    return JSON.parse(bytes.toString("utf8")) as Json;
  } catch {
    throw new WireError("it is neither JSON nor an object in an envelope");
  }
}
