import type { ConfigMap, FieldCause, Secret } from "@heliostat/kube";
import { ACCOUNT_ANNOTATION, TOKEN_SECRET_TYPE } from "../../access/secret-tokens.ts";
import { invalidValue, requiredValue } from "../../api/field-causes.ts";

const MOST_BYTES = 1_048_576;
const LONGEST_KEY = 253;
const KEY = /^[-._a-zA-Z0-9]+$/;
const KEY_SENTENCE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
  "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

/** What a ConfigMap or a Secret holds: keys that can be file names, each once, and not too much in all. */
export function contentProblems(object: ConfigMap | Secret): readonly FieldCause[] {
  const { data = {}, binaryData = {} } = object as ConfigMap;
  const isText = object.kind === "ConfigMap";
  const bytes =
    sum(Object.values(data), (value) => (isText ? Buffer.byteLength(value) : decodedLength(value))) +
    sum(Object.values(binaryData), decodedLength);
  return [
    ...Object.keys(data).flatMap((key) => [
      ...keyProblems(key, `data[${key}]`),
      ...(Object.hasOwn(binaryData, key)
        ? [invalidValue(`data[${key}]`, key, "duplicate of key present in binaryData")]
        : []),
    ]),
    ...Object.keys(binaryData).flatMap((key) => keyProblems(key, `binaryData[${key}]`)),
    ...(bytes > MOST_BYTES ? [TOO_MUCH] : []),
  ];
}

const TOO_MUCH: FieldCause = {
  reason: "FieldValueTooLong",
  field: "",
  message: `Too long: may not be more than ${MOST_BYTES} bytes`,
};

function keyProblems(key: string, field: string): readonly FieldCause[] {
  if (key.length > LONGEST_KEY)
    return [invalidValue(field, key, `must be no more than ${LONGEST_KEY} characters`)];
  if (!KEY.test(key)) return [invalidValue(field, key, KEY_SENTENCE)];
  if (key === "." || key === "..") return [invalidValue(field, key, `must not be '${key}'`)];
  return key.startsWith("..") ? [invalidValue(field, key, "must not start with '..'")] : [];
}

/** What secrets of Kubernetes' own types must hold. */
export function secretTypeProblems(secret: Secret): readonly FieldCause[] {
  const { type = "", data = {}, metadata } = secret;
  if (type === TOKEN_SECRET_TYPE) {
    const isNamed = Boolean(metadata.annotations?.[ACCOUNT_ANNOTATION]);
    return isNamed ? [] : [requiredValue(`metadata.annotations[${ACCOUNT_ANNOTATION}]`)];
  }
  const document = DOCUMENTS.get(type);
  if (document !== undefined) return documentProblems(document, data[document]);
  const { keys = [], isOneEnough = false } = PARTS.get(type) ?? {};
  const missing = keys.filter((key) => data[key] === undefined);
  if (isOneEnough && missing.length < keys.length) return [];
  return missing.map((key) => requiredValue(`data[${key}]`));
}

const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/dockercfg", ".dockercfg"],
  ["kubernetes.io/dockerconfigjson", ".dockerconfigjson"],
]);

const PARTS: ReadonlyMap<string, { readonly keys: readonly string[]; readonly isOneEnough?: boolean }> =
  new Map([
    ["kubernetes.io/basic-auth", { keys: ["username", "password"], isOneEnough: true }],
    ["kubernetes.io/ssh-auth", { keys: ["ssh-privatekey"] }],
    ["kubernetes.io/tls", { keys: ["tls.crt", "tls.key"] }],
  ]);

function documentProblems(key: string, value: string | undefined): readonly FieldCause[] {
  const field = `data[${key}]`;
  if (value === undefined) return [requiredValue(field)];
  try {
    JSON.parse(Buffer.from(value, "base64").toString("utf8"));
    return [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [invalidValue(field, "<secret contents redacted>", error.message)];
  }
}

function decodedLength(base64: string): number {
  return Buffer.byteLength(base64, "base64");
}

function sum(values: readonly string[], size: (value: string) => number): number {
  return values.reduce((total, value) => total + size(value), 0);
}
