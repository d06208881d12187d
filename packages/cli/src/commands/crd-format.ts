/** How `heliostat crds` may print. */
export type CrdFormat = "yaml" | "json";

export const CRD_FORMATS: readonly CrdFormat[] = ["yaml", "json"];

/** Whose kinds: Ray's own, Domino's, or both. */
export const CRD_KINDS = ["ray", "domino", "all"] as const;

export type CrdKinds = (typeof CRD_KINDS)[number];
