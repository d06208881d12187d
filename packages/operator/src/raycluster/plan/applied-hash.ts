import type { Applicable, KubeObject } from "@heliostat/kube";
import { ANNOTATION, fingerprint } from "@heliostat/ray";

/** With a fingerprint, so that a change of what is wanted shows even where it only leaves something out. */
export function hashed(wanted: KubeObject): Applicable<KubeObject> {
  // How an object stands is for its own controller to say.
  const { status: _status, ...kept } = wanted as KubeObject & { readonly status?: object };
  const annotations = { ...kept.metadata.annotations, [ANNOTATION.appliedHash]: fingerprint(kept) };
  return { ...kept, metadata: { ...kept.metadata, annotations } } as Applicable<KubeObject>;
}

/** An object as it is stored, or as it is to be applied. */
interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string | undefined>> };
}

/** The fingerprint that an object bears; `undefined` where it was never applied by us. */
export function hashIn({ metadata }: Annotated): string | undefined {
  return metadata.annotations?.[ANNOTATION.appliedHash];
}

/**
 * What says that the API has taken our word on an object in this form and of this hash. Where it has stored it in words
 * of its own, asking again would change nothing.
 *
 * @param hash that of our word, where it is not the one which the object bears
 */
export function settledKey(live: KubeObject, hash: string | undefined = hashIn(live)): string {
  return `${live.metadata.uid}/${live.metadata.resourceVersion}/${hash}`;
}
