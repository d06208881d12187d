import { type RayCrdOptions, rayCrds } from "@heliostat/ray";
import { stringify } from "yaml";
import type { CrdFormat } from "./crd-format.ts";

/** The Ray CRDs as a manifest: for `kubectl create -f -`, or `kubectl apply --server-side -f -` over older ones. */
export function crdsText(format: CrdFormat, options: RayCrdOptions = {}): string {
  const definitions = rayCrds(options);
  if (format === "json")
    return `${JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions }, null, 2)}\n`;
  return definitions
    .map((definition) => stringify(definition, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join("---\n");
}
