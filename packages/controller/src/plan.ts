import {
  type Applicable,
  type DeleteOptions,
  type KubeObject,
  nameOf,
  type ObjectName,
  type Patch,
  type Resource,
} from "@heliostat/kube";

/** What a reconciler decided: pure data, so that a test can read it and a dry run can print it. */
export interface Plan {
  /** In the order they matter, save that deletions go first whatever their place. */
  readonly actions: readonly Action[];
  /** Look again after this long even if nothing changes. */
  readonly checkAgainAfterMs?: number;
  /** Why there is nothing to do yet, in words for the log. A change of what is watched ends the wait. */
  readonly waitingFor?: string;
}

/** One step towards the desired state. */
export type Action = CreateAction | ApplyAction | DeleteAction | PatchAction;

export interface CreateAction extends Explained {
  readonly do: "create";
  readonly resource: Resource;
  readonly object: KubeObject;
  /** Whether one that is there already will do, whoever made it. @default false */
  readonly mayExist?: boolean;
}

export interface ApplyAction extends Explained {
  readonly do: "apply";
  readonly resource: Resource;
  readonly target: ObjectName;
  /** What is wanted, and nothing else. Put the uid of the object that was seen into it to insist on that one. */
  readonly object: Applicable<KubeObject>;
  readonly fieldManager: string;
  /** Whether it is there already: the word of the event. @default false */
  readonly isRepair?: boolean;
}

export interface DeleteAction extends Explained {
  readonly do: "delete";
  readonly resource: Resource;
  readonly target: ObjectName;
  /** Only this very object is deleted, never one that took its name since. */
  readonly uid: string;
  readonly options?: Pick<DeleteOptions, "gracePeriodSeconds" | "propagationPolicy">;
}

export interface PatchAction extends Explained {
  readonly do: "patch";
  readonly resource: Resource;
  readonly target: ObjectName;
  readonly patch: Patch;
  readonly subresource?: "status" | "scale";
}

/** The reason of an action. */
export interface Explained {
  /** Part of a sentence, lower case: `cluster has no head`. It goes into the log and the event. */
  readonly why: string;
  /** How the action shows up among the object's events. @default no event */
  readonly event?: ActionEvent;
  /** Neighbours of one step run side by side, whatever they do. @default neighbours that do the same to one resource */
  readonly step?: string;
}

/** The words of the Kubernetes event that an action leaves behind. */
export interface ActionEvent {
  /** Reason of the `Normal` event: `CreatedHeadPod`. @default no event on success */
  readonly onSuccess?: string;
  /** Whether success is nothing to be glad of: its event is a `Warning` too. @default false */
  readonly isWarning?: boolean;
  /** Reason of the `Warning` event: `FailedToCreateHeadPod`. @default no event on failure */
  readonly onFailure?: string;
  /** What the controller was about to do: `Create`, `Delete`, `Update`. */
  readonly action: string;
}

/** Make `object`. That it exists already is a failure which the controller takes as a sign to look again. */
export function create<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  explained: Explained & Pick<CreateAction, "mayExist">,
): CreateAction {
  return { do: "create", resource, object, ...explained };
}

/** Server-side apply `object`: make it, or bring what we own of it back to what is wanted; force wins over other owners. */
export function apply(
  resource: Resource,
  object: Applicable<KubeObject>,
  explained: Explained & Pick<ApplyAction, "fieldManager" | "isRepair">,
): ApplyAction {
  return { do: "apply", resource, target: nameOf(object), object, ...explained };
}

/** Delete this very `object`. That it is gone already counts as done. */
export function remove<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  explained: Explained & Pick<DeleteAction, "options">,
): DeleteAction {
  return { do: "delete", resource, target: nameOf(object), uid: object.metadata.uid ?? "", ...explained };
}

/** Change some fields of `object` as it was seen. Put its uid or resourceVersion into the patch to insist on that. */
export function patch<T extends KubeObject>(
  resource: Resource<T>,
  object: T,
  change: Explained & Pick<PatchAction, "patch" | "subresource">,
): PatchAction {
  return { do: "patch", resource, target: nameOf(object), ...change };
}
