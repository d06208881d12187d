import type { KubeObject } from "@heliostat/kube";
import type { ServedResource } from "../../registry/served-resource.ts";
import type { ObjectStore } from "../../store/object-store.ts";

/** A new object that is valid, and would be stored next. */
export interface NewObject {
  readonly resource: ServedResource;
  readonly object: KubeObject;
  readonly store: ObjectStore;
}

/**
 * Has a say on each new object after validation (Kubernetes: validating admission). It looks at the store and waits for
 * nothing, so what it finds still holds when the object is stored.
 */
export interface AdmissionPlugin {
  /** Refuse by throwing; or answer with what is to be written along with the object. @throws KubeError `Forbidden` */
  admit(candidate: NewObject): Consequence | undefined;
}

/** What follows when the object is stored indeed: not on a dry run, and not when another plugin refuses. */
export type Consequence = () => void;
