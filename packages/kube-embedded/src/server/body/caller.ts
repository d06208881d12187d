import type { Caller } from "../../api/kube-api.ts";
import type { ApiRequest } from "../http/exchange.ts";
import { textParameter } from "../http/query.ts";
import { isDryRun } from "./delete-options.ts";
import { forbidden, invalidOptions, notSupported } from "./invalid-options.ts";

const FIELD_VALIDATIONS = ["Strict", "Warn", "Ignore"] as const;
const MAX_FIELD_MANAGER_LENGTH = 128;

/** Who writes and how strictly. What `warn` receives goes out as `Warning` headers. @throws KubeError `Invalid` */
export function callerOf(request: ApiRequest, warn: (text: string) => void): Caller {
  const { query, user, headers, canCreate = true } = request;
  const validation = textParameter(query, "fieldValidation") ?? "Warn";
  const fieldValidation = FIELD_VALIDATIONS.find((each) => each === validation);
  if (!fieldValidation) {
    throw invalidOptions(
      "Options.meta.k8s.io",
      notSupported("fieldValidation", validation, FIELD_VALIDATIONS),
    );
  }
  return {
    user,
    canCreate,
    fieldManager: fieldManager(query, headers["user-agent"]),
    isDryRun: isDryRun(query.getAll("dryRun")),
    fieldValidation,
    warn,
  };
}

function fieldManager(query: URLSearchParams, userAgent = ""): string {
  const given = textParameter(query, "fieldManager");
  if (given === undefined) return programName(userAgent) || "unknown";
  if (given.length <= MAX_FIELD_MANAGER_LENGTH) return given;
  throw invalidOptions(
    "Options.meta.k8s.io",
    forbidden("fieldManager", `may not be more than ${MAX_FIELD_MANAGER_LENGTH} bytes`),
  );
}

/** Kubernetes rule: who gives no manager is named by the first word of the user agent. */
function programName(userAgent: string): string {
  return (userAgent.split("/", 1)[0] ?? "").slice(0, MAX_FIELD_MANAGER_LENGTH);
}
