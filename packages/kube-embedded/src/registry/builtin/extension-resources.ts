import { API_SERVICE_COLUMNS, WEBHOOK_COLUMNS } from "../../table/extension-columns.ts";
import { builtinResource } from "../builtin-resource.ts";
import type { ServedResource } from "../served-resource.ts";
import {
  API_SERVICE_STRATEGY,
  MUTATING_WEBHOOKS_STRATEGY,
  VALIDATING_WEBHOOKS_STRATEGY,
} from "../strategies/extensions.ts";

export const EXTENSION_RESOURCES: readonly ServedResource[] = [
  builtinResource({
    kind: "MutatingWebhookConfiguration",
    plural: "mutatingwebhookconfigurations",
    isClusterScoped: true,
    categories: ["api-extensions"],
    columns: WEBHOOK_COLUMNS,
    strategy: MUTATING_WEBHOOKS_STRATEGY,
  }),
  builtinResource({
    kind: "ValidatingWebhookConfiguration",
    plural: "validatingwebhookconfigurations",
    isClusterScoped: true,
    categories: ["api-extensions"],
    columns: WEBHOOK_COLUMNS,
    strategy: VALIDATING_WEBHOOKS_STRATEGY,
  }),
  builtinResource({
    kind: "APIService",
    plural: "apiservices",
    isClusterScoped: true,
    categories: ["api-extensions"],
    subresources: ["status"],
    columns: API_SERVICE_COLUMNS,
    strategy: API_SERVICE_STRATEGY,
  }),
];
