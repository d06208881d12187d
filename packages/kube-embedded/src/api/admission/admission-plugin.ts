import type { KubeObject } from "@heliostat/kube";
import type { ServedResource } from "../../registry/served-resource.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { UserInfo } from "../kube-api.ts";

/** A write on its way to the store. */
export interface AdmittedWrite {
  readonly resource: ServedResource;
  /** As it would be stored. */
  readonly object: KubeObject;
  /** What it replaces; absent when it is new. */
  readonly stored?: KubeObject;
  /** Through which subresource the write came, if it did. */
  readonly subresource?: string;
  readonly user: UserInfo;
  readonly store: ObjectStore;
}

/**
 * Has a say on each write. It looks at the store and waits for nothing, so what it finds still holds when the object is
 * stored.
 */
export interface AdmissionPlugin {
  /** A new object with what the plugin fills in, before it is validated (Kubernetes: mutating admission). */
  mutated?(write: AdmittedWrite): KubeObject;
  /**
   * After validation (Kubernetes: validating admission): refuse by throwing, or answer with what is to be written along
   * with the object.
   *
   * @throws KubeError `Forbidden`
   */
  admit?(write: AdmittedWrite): Consequence | undefined;
}

/** What follows when the object is stored indeed: not on a dry run, and not when another plugin refuses. */
export type Consequence = () => void;
