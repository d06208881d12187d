import { difference, differenceInDepth, type FieldSet, LEAF } from "./field-set.ts";

/** Fields that are the server's, or the object's very identity: nobody ever owns them (Kubernetes rule). */
const NEVER_OWNED: FieldSet = {
  "f:apiVersion": LEAF,
  "f:kind": LEAF,
  "f:metadata": {
    ".": LEAF,
    "f:name": LEAF,
    "f:namespace": LEAF,
    "f:creationTimestamp": LEAF,
    "f:selfLink": LEAF,
    "f:uid": LEAF,
    "f:clusterName": LEAF,
    "f:generation": LEAF,
    "f:managedFields": LEAF,
    "f:resourceVersion": LEAF,
  },
};

/** What of a set a writer can own. `reset`: what cannot be written through the endpoint that is used. */
export function ownable(fields: FieldSet, reset: FieldSet): FieldSet {
  return difference(differenceInDepth(fields, reset), NEVER_OWNED);
}
