import {
  applyMergePatch,
  groupVersion,
  isEqualJson,
  isKubeError,
  type Json,
  type KubeClient,
  type KubeObject,
  keyOf,
  mergePatchBetween,
  type ObjectName,
  PODS,
  type Resource,
} from "@heliostat/kube";
import { UserError } from "../user-error.ts";
import type { ManifestObject } from "./read-manifests.ts";

/** Finds the resource of a kind among those that an API serves. */
export type FindResource = (apiVersion: string, kind: string) => Resource | undefined;

export interface Applied {
  readonly object: KubeObject;
  readonly resource: Resource;
  readonly outcome: "created" | "configured" | "unchanged";
}

const DEFAULT_NAMESPACE = "default";

/** What kubectl keeps of the manifest that it applied last: without it nobody knows what a manifest has dropped. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export interface ApplyContext {
  readonly client: KubeClient;
  readonly findResource: FindResource;
  /** Let the API do everything but store. @default false */
  readonly isDryRun?: boolean;
}

/**
 * Create each object, or change it into what its manifest says, in the order given. A field that kubectl applied and
 * the manifest no longer has goes; one that the kind does not have is refused, as by kubectl.
 *
 * @throws UserError that names the manifest's place and what the API did not like
 */
export async function applyManifests(
  manifests: readonly ManifestObject[],
  context: ApplyContext,
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const { object, place } of manifests) {
    const resource = context.findResource(object.apiVersion, object.kind);
    if (!resource) throw unknownKind(object, place, context.findResource);
    try {
      applied.push(await applyOne(resource, object, context));
    } catch (cause) {
      if (!isKubeError(cause)) throw cause;
      throw new UserError(`Cannot apply ${place}: ${cause.message}`, { cause, ...hintFor(cause.message) });
    }
  }
  return applied;
}

/** `raycluster.ray.io/demo`, as kubectl names what it has applied. */
export function appliedName({ object, resource }: Applied): string {
  const group = resource.group === "" ? "" : `.${resource.group}`;
  return `${resource.kind.toLowerCase()}${group}/${object.metadata.name}`;
}

async function applyOne(
  resource: Resource,
  manifest: KubeObject,
  { client, isDryRun = false }: ApplyContext,
): Promise<Applied> {
  const object = resource.isNamespaced ? inNamespace(manifest) : manifest;
  const stored = await client.get(resource, nameOf(object)).catch((error: unknown) => {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  });
  if (!stored) {
    const created = await client.create(resource, object, { isDryRun, isStrict: true });
    return { object: created, resource, outcome: "created" };
  }
  const patched = await client.patch(resource, nameOf(object), {
    patch: { type: patchTypeFor(resource), body: patchTo(object, stored) },
    isDryRun,
    isStrict: true,
  });
  const isSame = isEqualJson(withoutProgress(patched), withoutProgress(stored));
  return { object: patched, resource, outcome: isSame ? "unchanged" : "configured" };
}

/** A pod's containers hold what the API has added to them and never gives up: they are merged one by one. */
function patchTypeFor({ group, plural }: Resource): "strategic" | "merge" {
  return group === PODS.group && plural === PODS.plural ? "strategic" : "merge";
}

function patchTo(object: KubeObject, stored: KubeObject): Json {
  const manifest = object as unknown as Json;
  const before = stored.metadata.annotations?.[LAST_APPLIED];
  if (before === undefined) return manifest;
  // The changes since then hold the removals, as nulls; the manifest goes over the rest of them.
  return applyMergePatch(mergePatchBetween(parsedOrNothing(before), manifest), manifest);
}

function parsedOrNothing(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Without what controllers write meanwhile, so that their writes do not look like ours. */
function withoutProgress(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { resourceVersion: __, managedFields: ___, ...metadata } = rest.metadata;
  return { ...rest, metadata } as KubeObject;
}

function inNamespace(object: KubeObject): KubeObject {
  return {
    ...object,
    metadata: { ...object.metadata, namespace: object.metadata.namespace ?? DEFAULT_NAMESPACE },
  };
}

function nameOf({ metadata: { name, namespace } }: KubeObject): ObjectName {
  return namespace === undefined ? { name } : { name, namespace };
}

function hintFor(message: string): { readonly hint?: string } {
  if (!message.includes("unknown field")) return {};
  return { hint: "Check how the field is spelled and what it stands below" };
}

function unknownKind(object: KubeObject, place: string, findResource: FindResource): UserError {
  const { group } = groupVersion(object.apiVersion);
  const what = `${object.kind} "${keyOf(nameOf(object))}"`;
  return new UserError(
    `Cannot apply ${place}: nothing here serves ${object.apiVersion} ${object.kind} (for ${what})`,
    { hint: unknownKindHint(group, object.kind, findResource) },
  );
}

function unknownKindHint(group: string, kind: string, findResource: FindResource): string {
  if (group === "") return "Check apiVersion and kind for a misspelling";
  const usual = `${group}/v1`;
  if (findResource(usual, kind)) return `Its apiVersion is ${usual}`;
  return `Check apiVersion and kind, or put the CustomResourceDefinition of ${group} into an earlier manifest`;
}
