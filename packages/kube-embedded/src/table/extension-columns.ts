import { type APIService, type Condition, conditionOf, type KubeObject } from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { AGE_COLUMN, countColumn, NAME_COLUMN, textColumn, UNKNOWN } from "./column.ts";

type WithWebhooks = KubeObject & { readonly webhooks?: readonly unknown[] };

export const WEBHOOK_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  countColumn<WithWebhooks>("Webhooks", ({ webhooks = [] }) => webhooks.length),
  AGE_COLUMN,
];

export const API_SERVICE_COLUMNS: readonly Column[] = [
  NAME_COLUMN,
  textColumn<APIService>("Service", ({ spec }) =>
    spec?.service ? `${spec.service.namespace}/${spec.service.name}` : "Local",
  ),
  textColumn<APIService>("Available", availability),
  AGE_COLUMN,
];

/** `True`, or `False (ServiceNotFound)`. */
function availability({ status }: APIService): string {
  const condition = conditionOf(status?.conditions as readonly Condition[] | undefined, "Available");
  if (!condition) return UNKNOWN;
  return condition.status === "True" ? "True" : `${condition.status} (${condition.reason})`;
}
