import type { Clock } from "@heliostat/kube";
import type { StoredEvent, StoredList, StoredObject } from "../../api/kube-api.ts";
import type { Column, ServedResource } from "../../registry/served-resource.ts";
import { JSON_TYPE } from "../http/exchange.ts";
import {
  isOfKind,
  joined,
  listMetadata,
  META_VERSION,
  metadataOnly,
  type Rendering,
  renderedEvent,
} from "./rendering.ts";

/** How much of each object comes with its row. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** Objects as rows of a table (`as=Table`): what `kubectl get` prints. */
export function tableRendering(
  resource: ServedResource,
  { includeObject, clock }: { readonly includeObject: IncludeObject; readonly clock: Clock },
): Rendering {
  const rowOf = (stored: StoredObject) => row(stored, { resource, includeObject, nowMs: clock.now() });
  let hasSentColumns = false;

  /** Kubernetes rule: of all tables in a watch only the first has columns. */
  function eventColumns(): readonly Column[] {
    const columns = hasSentColumns ? [] : resource.columns;
    hasSentColumns = true;
    return columns;
  }

  function eventTable(event: StoredEvent): string {
    if (event.type === "BOOKMARK") {
      return table(JSON.stringify({ resourceVersion: event.resourceVersion }), [], []).join("");
    }
    return renderedEvent(event, TABLE_IDENTITY, (stored) =>
      table(objectMetadata(stored), eventColumns(), [rowOf(stored)]).join(""),
    );
  }

  return {
    contentType: JSON_TYPE,
    object: (stored) =>
      isOfKind(stored, resource)
        ? table(objectMetadata(stored), resource.columns, [rowOf(stored)]).join("")
        : stored.json,
    list: (list: StoredList) => table(listMetadata(list), resource.columns, list.items.map(rowOf)),
    event: eventTable,
  };
}

const TABLE_IDENTITY = { kind: "Table", apiVersion: META_VERSION } as const;

function table(metadata: string, columns: readonly Column[], rows: readonly string[]): readonly string[] {
  const definitions = columns.length === 0 ? "null" : JSON.stringify(columns.map(columnDefinition));
  return [
    `{"kind":"Table","apiVersion":"${META_VERSION}","metadata":${metadata},"columnDefinitions":${definitions},"rows":[`,
    ...joined(rows),
    "]}",
  ];
}

function columnDefinition({ name, type, format = "", description = "", priority }: Column): object {
  return { name, type, format, description, priority };
}

function objectMetadata({ object }: StoredObject): string {
  return JSON.stringify({ resourceVersion: object.metadata.resourceVersion });
}

interface RowContext {
  readonly resource: ServedResource;
  readonly includeObject: IncludeObject;
  readonly nowMs: number;
}

function row(stored: StoredObject, { resource, includeObject, nowMs }: RowContext): string {
  const cells = JSON.stringify(resource.columns.map((column) => column.cell(stored.object, nowMs)));
  return `{"cells":${cells},"object":${includedObject(stored, includeObject)}}`;
}

function includedObject(stored: StoredObject, includeObject: IncludeObject): string {
  if (includeObject === "None") return "null";
  return includeObject === "Object" ? stored.json : metadataOnly(stored.object);
}
