import type { CustomResourceColumnDefinition, KubeObject } from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { NAME_COLUMN } from "../table/column.ts";
import { humanAge } from "../table/human-duration.ts";
import { jsonPath } from "./json-path.ts";

type Cell = ReturnType<Column["cell"]>;

const AGE: CustomResourceColumnDefinition = {
  name: "Age",
  type: "date",
  description: "CreationTimestamp is the server time when this object was created.",
  jsonPath: ".metadata.creationTimestamp",
};

/** The types that a column may have. */
export const COLUMN_TYPES: readonly Column["type"][] = ["boolean", "date", "integer", "number", "string"];

/** The name, and what the version's author wants to be seen; the age where the author says nothing. */
export function printerColumns(
  definitions: readonly CustomResourceColumnDefinition[] | undefined,
): readonly Column[] {
  return [NAME_COLUMN, ...(definitions ?? [AGE]).map(printerColumn)];
}

function printerColumn(definition: CustomResourceColumnDefinition): Column {
  const { name, format, description, priority = 0 } = definition;
  const type = COLUMN_TYPES.find((each) => each === definition.type) ?? "string";
  const read = jsonPath(definition.jsonPath);
  return {
    name,
    type,
    ...(format !== undefined && { format }),
    ...(description !== undefined && { description }),
    priority,
    cell: (object: KubeObject, nowMs: number) => cellOf(type, read(object)[0], nowMs),
  };
}

function cellOf(type: Column["type"], value: unknown, nowMs: number): Cell {
  return value === undefined || value === null ? null : CELLS[type](value, nowMs);
}

/** Values of another type than the column's show nothing, but for texts, which show anything. */
const CELLS: Readonly<Record<Column["type"], (value: unknown, nowMs: number) => Cell>> = {
  string: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
  date: (value, nowMs) => (typeof value === "string" ? humanAge(value, nowMs) : null),
  boolean: (value) => (typeof value === "boolean" ? value : null),
  integer: (value) => (typeof value === "number" ? Math.trunc(value) : null),
  number: (value) => (typeof value === "number" ? value : null),
};
