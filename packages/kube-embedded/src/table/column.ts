import type { KubeObject } from "@heliostat/kube";
import type { Column } from "../registry/served-resource.ts";
import { humanAge } from "./human-duration.ts";

export const NONE = "<none>";
export const UNKNOWN = "<unknown>";

type Cell<T extends KubeObject> = (object: T, nowMs: number) => string;
type Count<T extends KubeObject> = (object: T) => number;

/** The first column of every table. */
export const NAME_COLUMN: Column = {
  name: "Name",
  type: "string",
  format: "name",
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};

/** How long ago the object was created. */
export const AGE_COLUMN: Column = textColumn("Age", ({ metadata }, nowMs) =>
  humanAge(metadata.creationTimestamp, nowMs),
);

/** The moment of creation itself, where kubectl shows no age. */
export const CREATED_AT_COLUMN: Column = {
  name: "Created At",
  type: "date",
  priority: 0,
  cell: ({ metadata }) => metadata.creationTimestamp ?? UNKNOWN,
};

export function textColumn<T extends KubeObject>(name: string, cell: Cell<T>): Column {
  return { name, type: "string", priority: 0, cell: (object, nowMs) => cell(object as T, nowMs) };
}

export function countColumn<T extends KubeObject>(name: string, count: Count<T>): Column {
  return { name, type: "integer", format: "int32", priority: 0, cell: (object) => count(object as T) };
}

/** A column that only `-o wide` shows. */
export function wide(column: Column): Column {
  return { ...column, priority: 1 };
}

/** `a=1,b=2`, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return entries.length === 0 ? NONE : entries.sort().join(",");
}

/** Items joined by commas, or `<none>`. */
export function listText(items: readonly string[]): string {
  return items.length === 0 ? NONE : items.join(",");
}
