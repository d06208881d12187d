import type { FieldCause, KubeObject } from "@heliostat/kube";

/** A structural schema made ready for work. Built once a served resource, used on each write. */
export interface CompiledSchema {
  /**
   * The object without the fields that its schema does not know, and the paths of those that it had
   * (`spec.bogus`, `spec.containers[0].imagee`), for the strict and warning modes of `fieldValidation`. What
   * Kubernetes' own types hold (all of a built-in kind, the metadata of a custom one) takes the form that they give it.
   */
  prune(object: KubeObject): { readonly object: KubeObject; readonly unknownFields: readonly string[] };

  /** The object with the schema's defaults filled in. */
  withDefaults(object: KubeObject): KubeObject;

  /**
   * Every violation, in Kubernetes' words. With `stored`, what was already wrong and has not changed is let
   * through (ratcheting), and transition rules run.
   */
  validate(object: KubeObject, stored?: KubeObject): readonly FieldCause[];
}
