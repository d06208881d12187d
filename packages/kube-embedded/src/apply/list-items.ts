import type { FieldType } from "./field-type.ts";
import { itemElement, soleKeyElement, valueElement } from "./path-element.ts";

/** The items of a list in their order, each under the element by which ownership knows it. */
export type ListItems = readonly (readonly [element: string, item: unknown])[];

/** `undefined` when the items cannot be told apart: the list is then one field. */
export function listItems(list: readonly unknown[], type: FieldType): ListItems | undefined {
  return itemElements(list, type)?.map((element, index) => [element, list[index]]);
}

/** Their elements alone. */
export function itemElements(list: readonly unknown[], type: FieldType): readonly string[] | undefined {
  if (type.listType === "atomic") return undefined;
  const elements: string[] = [];
  for (const item of list) {
    const element = elementOf(item, type);
    if (element === undefined) return undefined;
    elements.push(element);
  }
  return elements;
}

function elementOf(item: unknown, { listType, keys }: FieldType): string | undefined {
  if (listType === "set") return typeof item === "object" ? undefined : valueElement(item);
  const [key] = keys;
  if (keys.length === 1 && key !== undefined) return soleKeyElement(item, key);
  const found = itemElement(item, keys);
  return "element" in found ? found.element : undefined;
}
