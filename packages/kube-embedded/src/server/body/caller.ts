import { invalidValue } from "../../api/field-causes.ts";
import type { Caller } from "../../api/kube-api.ts";
import { tooLong } from "../../schema/field-problem.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import { isDryRun } from "./delete-options.ts";
import { invalidOptions, notSupported } from "./invalid-options.ts";

const FIELD_VALIDATIONS = ["Ignore", "Strict", "Warn"] as const;
const MAX_FIELD_MANAGER_LENGTH = 128;

/** Who writes and how strictly. What `warn` receives goes out as `Warning` headers. @throws KubeError `Invalid` */
export function callerOf(request: ApiRequest, warn: (text: string) => void): Caller {
  const { query, user, headers, canCreate = true } = request;
  const kind = OPTIONS[request.method] ?? "Options";
  const validation = textParameter(query, "fieldValidation") ?? "Warn";
  const fieldValidation = FIELD_VALIDATIONS.find((each) => each === validation);
  if (!fieldValidation) {
    throw invalidOptions(kind, notSupported("fieldValidation", validation, ["", ...FIELD_VALIDATIONS]));
  }
  return {
    user,
    canCreate,
    fieldManager: fieldManager(query, headers["user-agent"], kind),
    isDryRun: isDryRun(query.getAll("dryRun"), kind),
    fieldValidation,
    warn,
  };
}

/** The kind of the options that a request's query is, by its method. */
const OPTIONS: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;

function fieldManager(query: URLSearchParams, userAgent = "", kind: string): string {
  const given = textParameter(query, "fieldManager");
  if (given === undefined) return programName(userAgent) || "unknown";
  if (given.length > MAX_FIELD_MANAGER_LENGTH)
    throw invalidOptions(kind, tooLong("fieldManager", MAX_FIELD_MANAGER_LENGTH));
  const [odd] = UNPRINTABLE.exec(given) ?? [];
  if (odd === undefined) return given;
  const detail = `invalid character ${codePointText(odd)} (at position ${Buffer.from(given.slice(0, given.indexOf(odd))).length})`;
  throw invalidOptions(kind, invalidValue("fieldManager", given, detail));
}

/** As Go writes it: `U+0007`. */
function codePointText(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Kubernetes rule: who gives no manager is named by the first word of the user agent. */
function programName(userAgent: string): string {
  return (userAgent.split("/", 1)[0] ?? "").slice(0, MAX_FIELD_MANAGER_LENGTH);
}
