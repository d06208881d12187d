import {
  create,
  type DescMessage,
  type DescMethod,
  fromJson,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { type Binding, bindingOf } from "@heliostat/proto";
import type { Platform } from "../platform.ts";
import { ApiClientError, CODE } from "./api-client-error.ts";

/** How an API server is reached. */
export interface ApiAddress {
  readonly baseUrl: string;
  readonly token?: string;
  readonly platform: Platform;
  readonly timeoutMs: number;
}

export interface MethodCall {
  /** What of the request is not its default. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
}

/** One call over HTTP, as the method's binding says. @throws ApiClientError; the signal's reason when that aborts */
export async function callMethod(
  address: ApiAddress,
  method: DescMethod,
  { request, signal }: MethodCall,
): Promise<MessageShape<DescMessage>> {
  const binding = bindingOf(method);
  const fields = jsonFields(method.input, request);
  const path = filledPath(binding, fields);
  const what = `${binding.verb} ${path.path}`;
  const body = bodyOf(binding, path.rest);
  const url = `${address.baseUrl.replace(/\/+$/, "")}${path.path}${queryOf(binding, path.rest)}`;
  const { status, text } = await exchange(address, { what, url, verb: binding.verb, body, signal });
  if (status < 200 || status >= 300) throw refusal(what, status, text);
  return answerOf(method.output, text, what);
}

type JsonFields = Readonly<Record<string, JsonValue>>;

/** By their names in the proto file, which is how paths and bodies speak of them. */
function jsonFields(schema: DescMessage, request: MethodCall["request"]): JsonFields {
  return toJson(schema, create(schema, request), { useProtoFieldName: true }) as JsonFields;
}

/** The path, and what of the request is not in it. @throws ApiClientError for a path that would have a hole */
function filledPath(
  { path }: Binding,
  fields: JsonFields,
): { readonly path: string; readonly rest: JsonFields } {
  const used = new Set<string>();
  const filled = path.replaceAll(/\{([^}=]+)[^}]*\}/g, (_, name: string) => {
    used.add(name);
    const value = fields[name];
    if (value === undefined || value === "")
      throw new ApiClientError(`Cannot call ${path}: the request has no ${name}`, { status: 0, code: 3 });
    return encodeURIComponent(String(value));
  });
  return {
    path: filled,
    rest: Object.fromEntries(Object.entries(fields).filter(([name]) => !used.has(name))),
  };
}

function bodyOf({ body }: Binding, fields: JsonFields): string | undefined {
  if (body === "") return undefined;
  return JSON.stringify(body === "*" ? fields : (fields[body] ?? {}));
}

function queryOf({ body }: Binding, fields: JsonFields): string {
  if (body === "*") return "";
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (name === body) continue;
    for (const each of [value].flat()) query.append(name, String(each));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

interface Exchange {
  readonly what: string;
  readonly url: string;
  readonly verb: string;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
}

async function exchange(
  { platform, token, timeoutMs }: ApiAddress,
  { what, url, verb, body, signal }: Exchange,
): Promise<{ readonly status: number; readonly text: string }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await platform.fetch(url, {
      method: verb,
      headers: {
        Accept: "application/json",
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      // A server that sends callers elsewhere would take their token with it.
      redirect: "manual",
      ...(body !== undefined && { body }),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiClientError(`Cannot reach the API server for ${what}: ${why}`, {
      status: 0,
      code: CODE.unavailable,
      cause,
    });
  }
}

function refusal(what: string, status: number, text: string): ApiClientError {
  const { code, message } = Object(parsed(text)) as { readonly code?: unknown; readonly message?: unknown };
  const why =
    typeof message === "string" && message !== "" ? message : text.slice(0, 200) || "it does not say why";
  return new ApiClientError(`The API server refused ${what} (${status}): ${why}`, {
    status,
    code: typeof code === "number" ? code : CODE.unknown,
  });
}

function answerOf(schema: DescMessage, text: string, what: string): MessageShape<DescMessage> {
  try {
    // A newer server may say more than this client knows.
    return fromJson(schema, JSON.parse(text === "" ? "{}" : text), { ignoreUnknownFields: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiClientError(`Cannot read the answer to ${what}: ${why}`, {
      status: 0,
      code: CODE.unknown,
      cause,
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
