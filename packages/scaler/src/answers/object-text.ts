import type { KubeObject } from "@heliostat/kube";

const TEXTS = new WeakMap<KubeObject, string>();
const BYTES = new WeakMap<KubeObject, Buffer>();

/** An object as clients get it, without managedFields. Made once for each state of it. */
export function objectText(object: KubeObject): string {
  const known = TEXTS.get(object);
  if (known !== undefined) return known;
  const text = JSON.stringify(shownObject(object));
  TEXTS.set(object, text);
  return text;
}

export function objectBytes(object: KubeObject): Buffer {
  const known = BYTES.get(object);
  if (known) return known;
  const bytes = Buffer.from(objectText(object));
  BYTES.set(object, bytes);
  return bytes;
}

/** Who owns which field is the API's business. */
export function shownObject(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
