import {
  type Condition,
  type CustomResourceDefinition,
  type CustomResourceDefinitionStatus,
  isConditionTrue,
  isTerminating,
  withCondition,
} from "@heliostat/kube";
import { fullNames, type NameConflict } from "./definition-names.ts";

/** What a definition's status ought to be, given who else uses its names. */
export function definitionStatus(
  definition: CustomResourceDefinition,
  conflict: NameConflict | undefined,
  nowMs: number,
): CustomResourceDefinitionStatus {
  const { status = {}, spec } = definition;
  const before = (status.conditions ?? []) as readonly Condition[];
  const storageVersion = spec.versions.find(({ storage }) => storage)?.name;
  const stored = new Set([...(status.storedVersions ?? []), ...(storageVersion ? [storageVersion] : [])]);
  return {
    ...status,
    conditions: wantedConditions(definition, conflict).reduce(
      (conditions, next) => withCondition(conditions, next, nowMs),
      before,
    ),
    acceptedNames: conflict === undefined ? fullNames(spec) : (status.acceptedNames ?? NO_NAMES),
    storedVersions: [...stored],
  };
}

const NO_NAMES = { plural: "", kind: "" };

/** Whether the definition's names have been accepted before: then it stays served whatever comes. */
export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return isConditionTrue(status?.conditions, "Established");
}

function wantedConditions(
  definition: CustomResourceDefinition,
  conflict: NameConflict | undefined,
): readonly Condition[] {
  const names = conflict === undefined ? NAMES_ACCEPTED : namesRefused(conflict);
  const established =
    conflict === undefined || isEstablished(definition) ? ESTABLISHED : notEstablished(conflict);
  return isTerminating(definition) ? [names, established, TERMINATING] : [names, established];
}

const NAMES_ACCEPTED: Condition = {
  type: "NamesAccepted",
  status: "True",
  reason: "NoConflicts",
  message: "no conflicts found",
};

const ESTABLISHED: Condition = {
  type: "Established",
  status: "True",
  reason: "InitialNamesAccepted",
  message: "the initial names have been accepted",
};

const TERMINATING: Condition = {
  type: "Terminating",
  status: "True",
  reason: "InstanceDeletionInProgress",
  message: "CustomResource deletion is in progress",
};

function namesRefused({ reason, message }: NameConflict): Condition {
  return { type: "NamesAccepted", status: "False", reason, message };
}

function notEstablished({ message }: NameConflict): Condition {
  return {
    type: "Established",
    status: "False",
    reason: "NotAccepted",
    message: `not all names are accepted: ${message}`,
  };
}
