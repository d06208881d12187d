import { type FieldCause, groupResource, KubeError } from "@heliostat/kube";
import type { ServedResource } from "../registry/served-resource.ts";

type Named = Pick<ServedResource, "group" | "plural">;

/* The API's ways to say no, in Kubernetes' words: clients and their tests match these texts. */

export function notFound(resource: Named, name: string): KubeError {
  return new KubeError("NotFound", `${groupResource(resource)} "${name}" not found`, about(resource, name));
}

export function alreadyExists(resource: Named, name: string): KubeError {
  return new KubeError(
    "AlreadyExists",
    `${groupResource(resource)} "${name}" already exists`,
    about(resource, name),
  );
}

export function conflict(resource: Named, name: string, because: string = MODIFIED): KubeError {
  return new KubeError(
    "Conflict",
    `Operation cannot be fulfilled on ${groupResource(resource)} "${name}": ${because}`,
    about(resource, name),
  );
}

export function uidConflict(
  resource: Named,
  name: string,
  uids: { readonly wanted: string; readonly actual: string },
): KubeError {
  const because = `Precondition failed: UID in precondition: ${uids.wanted}, UID in object meta: ${uids.actual}`;
  return conflict(resource, name, because);
}

export function invalid(
  resource: Pick<ServedResource, "group" | "kind">,
  name: string,
  causes: readonly FieldCause[],
): KubeError {
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  const lines = causes.map(({ field, message }) => `${field}: ${message}`);
  const text = lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`;
  return new KubeError("Invalid", `${kind} "${name}" is invalid: ${text}`, {
    causes,
    about: { group: resource.group, kind: resource.kind, name },
  });
}

/**
 * A new object that is wrong. A value of another type is what Go cannot even decode into a built-in kind, which is
 * said before anything else is looked at.
 */
export function refusedObject(
  resource: Pick<ServedResource, "group" | "kind" | "version" | "isCustom">,
  name: string,
  causes: readonly FieldCause[],
): KubeError {
  const untyped = resource.isCustom ? undefined : causes.find(isUndecodable);
  return untyped ? undecodable(resource, untyped) : invalid(resource, name, causes);
}

function isUndecodable({ reason }: FieldCause): boolean {
  return reason === "FieldValueTypeInvalid";
}

function undecodable(
  { kind, version }: Pick<ServedResource, "kind" | "version">,
  cause: FieldCause,
): KubeError {
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal into Go struct field ${kind}.${cause.field}: ${cause.message}`,
  );
}

/** A patch whose result cannot be read as the kind that was patched. */
export function unreadablePatch(result: unknown, why: string): KubeError {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(result))}: ${why}`;
  return new KubeError("Invalid", ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: "FieldValueInvalid", field: "patch", message }],
  });
}

export function forbidden(resource: Named, name: string, because: string): KubeError {
  return new KubeError(
    "Forbidden",
    `${groupResource(resource)} "${name}" is forbidden: ${because}`,
    about(resource, name),
  );
}

export function badRequest(message: string): KubeError {
  return new KubeError("BadRequest", message);
}

/** The verb, or the subresource, is not one that this resource has. */
export function notSupported(): KubeError {
  return new KubeError("MethodNotAllowed", "the server does not allow this method on the requested resource");
}

export function noSuchResource(): KubeError {
  return new KubeError("NotFound", "the server could not find the requested resource");
}

const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

function about(resource: Named, name: string): KubeError["options"] {
  return { about: { group: resource.group, kind: resource.plural, name } };
}
