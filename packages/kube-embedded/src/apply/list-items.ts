import type { FieldType } from "./field-type.ts";
import { itemElement, valueElement } from "./path-element.ts";

/** The items of a list in their order, each under the element by which ownership knows it. */
export type ListItems = readonly (readonly [element: string, item: unknown])[];

/** `undefined` when the items cannot be told apart: the list is then one field. */
export function listItems(list: readonly unknown[], type: FieldType): ListItems | undefined {
  if (type.listType === "atomic") return undefined;
  const items: [string, unknown][] = [];
  for (const item of list) {
    const element = elementOf(item, type);
    if (element === undefined) return undefined;
    items.push([element, item]);
  }
  return items;
}

function elementOf(item: unknown, { listType, keys }: FieldType): string | undefined {
  if (listType === "set") return typeof item === "object" ? undefined : valueElement(item);
  const found = itemElement(item, keys);
  return "element" in found ? found.element : undefined;
}
