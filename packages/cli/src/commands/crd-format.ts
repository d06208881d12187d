/** How `heliostat crds` may print. */
export type CrdFormat = "yaml" | "json";

export const CRD_FORMATS: readonly CrdFormat[] = ["yaml", "json"];
