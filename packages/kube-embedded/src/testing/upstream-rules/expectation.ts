/**
 * One request and what Kubernetes answers to it. Texts may hold `{ns}` (a namespace of the expectation's own), `{rv}` and
 * `{uid}` (of the first object that is given), and `{last.PATH}` (what the last request before answered there).
 */
export interface Expectation {
  /** The rule, as a sentence that goes on from its heading. */
  readonly name: string;
  /** Objects that are there already, in namespace `{ns}` where their kind has one. */
  readonly given?: readonly object[];
  /** Requests that were made before, and succeeded. */
  readonly before?: readonly Call[];
  readonly request: Call;
  readonly status: number;
  /** What the answer's JSON holds at least. */
  readonly json?: object;
  /** What the answer's text holds. */
  readonly text?: string;
  /** Members of the answer's JSON, by path, that must not be there. */
  readonly absent?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** `GET`, when it does not say otherwise; a body is JSON, when its type does not. */
export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const CONFIG_MAPS = "/api/v1/namespaces/{ns}/configmaps";
export const SECRETS = "/api/v1/namespaces/{ns}/secrets";
export const PODS = "/api/v1/namespaces/{ns}/pods";
export const DEPLOYMENTS = "/apis/apps/v1/namespaces/{ns}/deployments";
export const WIDGETS = "/apis/example.com/v1/namespaces/{ns}/widgets";

export function configMap(name: string, more: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...more };
}

export function pod(name: string, spec: object = {}): object {
  const containers = [{ name: "main", image: "example/app:1" }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
}

export function deployment(name: string, spec: object = {}): object {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "example/app:1" }] } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template, ...spec },
  };
}

export const SERVICES = "/api/v1/namespaces/{ns}/services";

export function service(name: string, spec: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }], ...spec },
  };
}

export function widget(name: string): object {
  return { apiVersion: "example.com/v1", kind: "Widget", metadata: { name }, spec: { size: 1 } };
}

export function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Call {
  return { method: "POST", path, body, headers };
}

export function put(path: string, body: unknown): Call {
  return { method: "PUT", path, body };
}

export function patch(path: string, type: "json" | "merge" | "strategic" | "apply", body: unknown): Call {
  return { method: "PATCH", path, body, headers: { "content-type": PATCH_TYPES[type] } };
}

export function remove(path: string, options?: object): Call {
  return { method: "DELETE", path, ...(options && { body: options }) };
}

/**
 * 422, with the problems in the message and among the causes. A problem is a field and what is said of it; its reason
 * follows from the first words (Kubernetes: `field.ErrorType`).
 */
export function invalid(
  kind: string,
  name: string,
  ...problems: readonly (readonly [field: string, message: string])[]
): Pick<Expectation, "status" | "json"> {
  const lines = problems.map(([field, message]) => `${field}: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  const causes = problems.map(([field, message]) => ({ reason: reasonOf(message), field, message }));
  return failure(422, "Invalid", { message: `${kind} "${name}" is invalid: ${text}`, details: { causes } });
}

const REASONS: readonly (readonly [words: string, reason: string])[] = [
  ["Required value", "FieldValueRequired"],
  ["Invalid value", "FieldValueInvalid"],
  ["Unsupported value", "FieldValueNotSupported"],
  ["Duplicate value", "FieldValueDuplicate"],
  ["Forbidden", "FieldValueForbidden"],
  ["Not found", "FieldValueNotFound"],
  ["Too long", "FieldValueTooLong"],
  ["Too many", "FieldValueTooMany"],
];

function reasonOf(message: string): string {
  const found = REASONS.find(([words]) => message.startsWith(words));
  if (!found) throw new Error(`Cannot tell the reason of "${message}"`);
  return found[1];
}

/** A failure as a Status says it. */
export function failure(
  code: number,
  reason: string,
  more: object = {},
): Pick<Expectation, "status" | "json"> {
  return {
    status: code,
    json: { kind: "Status", apiVersion: "v1", status: "Failure", reason, code, ...more },
  };
}

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;
