import { isLabelValue } from "@heliostat/kube";
import type { CallContext } from "../handlers.ts";
import type { CreationFacts } from "../objects/creation-facts.ts";
import { API_ANNOTATION } from "../objects/vocabulary.ts";
import type { ApiPorts } from "../ports.ts";

/** What a new object records of the call that makes it. */
export function creationFacts(
  { clock, settings }: ApiPorts,
  { caller, version }: CallContext,
): CreationFacts {
  const callerName = settings.recordsCallers ? caller.name : "";
  return {
    nowMs: clock.now(),
    version,
    defaultRayVersion: settings.defaultRayVersion,
    callerName: labelValue(callerName),
    callerAnnotations: callerName === "" ? {} : { [API_ANNOTATION.createdBy]: callerName },
  };
}

const MAX_LABEL_LENGTH = 63;

/** A name as a label may hold it: `a@b.c` becomes `a-b.c`. */
function labelValue(name: string): string {
  if (isLabelValue(name)) return name;
  return name
    .replace(/[^-A-Za-z0-9_.]/g, "-")
    .slice(0, MAX_LABEL_LENGTH)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}

/**
 * A request whose user is the caller where it names nobody: who has shown who they are need not say it again.
 */
export function withCaller<T extends { readonly user: string }>(
  object: T | undefined,
  facts: CreationFacts,
): T | undefined {
  if (object?.user !== "" || facts.callerName === "") return object;
  return { ...object, user: facts.callerName };
}
