import { dominoCrds } from "@heliostat/engines";
import { type RayCrdOptions, rayCrds } from "@heliostat/ray";
import { stringify } from "yaml";
import type { CrdFormat, CrdKinds } from "./crd-format.ts";

export interface CrdsOptions extends RayCrdOptions {
  /** @default ray */
  readonly kinds?: CrdKinds;
}

/** CRDs as a manifest: for `kubectl create -f -`, or `kubectl apply --server-side -f -` over older ones. */
export function crdsText(format: CrdFormat, { kinds = "ray", ...options }: CrdsOptions = {}): string {
  const definitions = [
    ...(kinds === "domino" ? [] : rayCrds(options)),
    ...(kinds === "ray" ? [] : dominoCrds()),
  ];
  if (format === "json")
    return `${JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions }, null, 2)}\n`;
  return definitions
    .map((definition) => stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join("---\n");
}
