import type { KubeObject } from "@heliostat/kube";
import type { FieldType } from "./field-type.ts";

/** The versions of one kind: each owner's fields are those of the version in which it wrote. */
export interface KindVersions {
  /** `undefined`: the version is not served any more, and what is owned in it is forgotten. */
  typeOf(apiVersion: string): FieldType | undefined;
  /** The object in a served version. */
  convert(object: KubeObject, apiVersion: string): KubeObject;
}
