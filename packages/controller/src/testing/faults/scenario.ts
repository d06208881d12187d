import type { CustomResourceDefinition, Json, KubeObject, ObjectName, Pod, Resource } from "@heliostat/kube";
import type { Reconciler } from "../../reconciler.ts";
import type { Revision, State } from "./revision-log.ts";

/** All that the harness has to know of a controller in order to break it. */
export interface FaultSuite {
  /** What the API is to serve beside the built-in kinds. */
  readonly definitions: readonly CustomResourceDefinition[];
  /** Every resource that the controller or a scenario reads or writes, the reconciled ones included. */
  readonly resources: readonly Resource[];
  /** The reconciled ones: the controller may change their status and finalizers, and nothing else. */
  readonly parents: readonly Resource[];
  /** The controller, as a process runs it. */
  reconcilers(): readonly Reconciler[];
  readonly scenarios: readonly Scenario[];
  readonly invariants: readonly Invariant[];
  /** What is wrong with a world that has come to rest; without this a controller that does nothing would pass. */
  atRest(state: State): readonly string[];
  /**
   * What of an object has to end as in the run without faults; `undefined`: nothing. Names of pods, uids, addresses and
   * times are levelled afterwards, and need no care here.
   */
  essence(object: KubeObject, resource: Resource): Json | undefined;
}

/** One story, told in steps. After each the world comes to rest before the next begins. */
export interface Scenario {
  readonly name: string;
  /** Why there is such a story. */
  readonly about: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly acts: readonly Act[];
  /** The kinds of which the controller replaces now what somebody spoils. @default all */
  readonly mends?: readonly Resource[];
}

/** What somebody other than the controller does. */
export type Act =
  | { readonly act: "create"; readonly resource: Resource; readonly object: KubeObject }
  | {
      readonly act: "patch";
      readonly resource: Resource;
      readonly on: Choice;
      /** A merge patch. */
      readonly body: Json | ((object: KubeObject, state: State) => Json);
      readonly subresource?: "status";
    }
  | { readonly act: "delete"; readonly resource: Resource; readonly on: Choice }
  /** What becomes of pods and jobs from now on; the last rule that fits counts. */
  | { readonly act: "fate"; readonly fate: Fate }
  | { readonly act: "wait"; readonly ms: number }
  /** Something that has to be so at this moment, without faults and with them. */
  | { readonly act: "expect"; readonly what: string; readonly holds: (state: State) => boolean };

/** One object, by name or as it is chosen from all of its resource, in the order of their names. */
export type Choice = ObjectName | ((objects: readonly KubeObject[]) => KubeObject | undefined);

export interface Fate {
  /** What the object is labelled with; nothing: every pod and job. */
  readonly labels: Readonly<Record<string, string>>;
  readonly becomes: "ready" | "unschedulable" | "pending" | "failed" | "stuck";
}

/** What has to hold at every revision of the store. */
export interface Invariant {
  readonly name: string;
  /** What is wrong after this change, in words. */
  check(change: Revision, state: State): string | undefined;
}

/** The pods of a state. */
export function podsOf(state: State): readonly Pod[] {
  return state.of({ plural: "pods", group: "" }) as readonly KubeObject[] as readonly Pod[];
}
