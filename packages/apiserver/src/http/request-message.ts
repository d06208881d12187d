import {
  create,
  type DescField,
  type DescMessage,
  fromJsonString,
  type Message,
  mergeFromJson,
  ScalarType,
} from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import type { Method } from "../calls/methods.ts";
import { ApiError } from "../errors/api-error.ts";

/** What HTTP gives for a request message. */
export interface RequestParts {
  readonly variables: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array | undefined;
}

/** Read a body as JSON for a message. Under v1alpha2 other spellings are known. */
export type ReadJson = (schema: DescMessage, text: string) => Message;

/**
 * A request from its parts: the body is one field, the path's variables and the query are others; the path wins
 * (google.api.http).
 *
 * @throws ApiError `InvalidArgument`
 */
export function requestMessage(
  { input, binding }: Pick<Method, "input" | "binding">,
  parts: RequestParts,
  readJson: ReadJson = protoJson,
): Message {
  const message = create(input);
  const target = reflect(input, message);
  for (const field of input.fields) {
    if (field.name === binding.body && field.fieldKind === "message") {
      target.set(field, reflect(field.message, bodyMessage(field.message, parts.body, readJson)));
    } else setParameter(message, field, { schema: input, values: valuesOf(field, parts) });
  }
  return message;
}

/**
 * Protobuf's JSON: both spellings of a name, enums by name or number, numbers as text, unknown fields ignored;
 * a name twice is an error.
 */
export function protoJson(schema: DescMessage, text: string): Message {
  return fromJsonString(schema, text, { ignoreUnknownFields: true });
}

/** The text of a body. @throws ApiError `InvalidArgument` when it is no UTF-8 */
export function bodyText(body: Uint8Array): string {
  try {
    return UTF8.decode(body);
  } catch (cause) {
    throw new ApiError("InvalidArgument", "Cannot read the body: it is no UTF-8", { cause });
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** No body is an empty object: validation says what is missing. */
function bodyMessage(schema: DescMessage, body: Uint8Array | undefined, readJson: ReadJson): Message {
  const text = body === undefined ? "" : bodyText(body).trim();
  if (text === "") return create(schema);
  try {
    return readJson(schema, text);
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError("InvalidArgument", `Cannot read the body: ${shortened(why)}`, { cause });
  }
}

/** Parsers quote what they stumble over, be it a megabyte. */
function shortened(text: string): string {
  return text.length <= MESSAGE_LENGTH_MAX ? text : `${text.slice(0, MESSAGE_LENGTH_MAX)}…`;
}

const MESSAGE_LENGTH_MAX = 500;

function valuesOf({ name, jsonName }: DescField, { variables, query }: RequestParts): readonly string[] {
  const variable = variables[name];
  if (variable !== undefined) return [variable];
  const names = name === jsonName ? [name] : [name, jsonName];
  return names.flatMap((each) => query.getAll(each));
}

/** Set a field that came as text. @throws ApiError for a value too many, or of the wrong type */
function setParameter(
  message: Message,
  field: DescField,
  { schema, values }: { readonly schema: DescMessage; readonly values: readonly string[] },
): void {
  const [value] = values;
  if (value === undefined || field.fieldKind !== "scalar") return;
  if (values.length > 1) {
    throw new ApiError("InvalidArgument", `Cannot read the parameter "${field.name}": too many values`);
  }
  if (value === "" && field.scalar !== ScalarType.STRING) return;
  try {
    mergeFromJson(schema, message, { [field.name]: value });
  } catch (cause) {
    const wanted = ScalarType[field.scalar].toLowerCase();
    throw new ApiError(
      "InvalidArgument",
      `Cannot read the parameter "${field.name}": want ${wanted}, not "${shortened(value)}"`,
      { cause },
    );
  }
}
