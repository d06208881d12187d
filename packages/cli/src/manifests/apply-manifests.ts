import {
  groupVersion,
  isEqualJson,
  isKubeError,
  type Json,
  type KubeClient,
  type KubeObject,
  keyOf,
  type ObjectName,
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

/**
 * Create each object, or change it into what its manifest says, in the order given.
 *
 * @throws UserError that names the manifest's place and what the API did not like
 */
export async function applyManifests(
  manifests: readonly ManifestObject[],
  { client, findResource }: { readonly client: KubeClient; readonly findResource: FindResource },
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const { object, place } of manifests) {
    const resource = findResource(object.apiVersion, object.kind);
    if (!resource) throw unknownKind(object, place);
    try {
      applied.push(await applyOne(client, resource, object));
    } catch (cause) {
      if (!isKubeError(cause)) throw cause;
      throw new UserError(`Cannot apply ${place}: ${cause.message}`, { cause });
    }
  }
  return applied;
}

/** `raycluster.ray.io/demo`, as kubectl names what it has applied. */
export function appliedName({ object, resource }: Applied): string {
  const group = resource.group === "" ? "" : `.${resource.group}`;
  return `${resource.kind.toLowerCase()}${group}/${object.metadata.name}`;
}

async function applyOne(client: KubeClient, resource: Resource, manifest: KubeObject): Promise<Applied> {
  const object = resource.isNamespaced ? inNamespace(manifest) : manifest;
  const stored = await client.get(resource, nameOf(object)).catch((error: unknown) => {
    if (isKubeError(error, "NotFound")) return undefined;
    throw error;
  });
  if (!stored) return { object: await client.create(resource, object), resource, outcome: "created" };
  const patched = await client.patch(resource, nameOf(object), {
    patch: { type: "merge", body: object as unknown as Json },
  });
  const isSame = isEqualJson(withoutProgress(patched), withoutProgress(stored));
  return { object: patched, resource, outcome: isSame ? "unchanged" : "configured" };
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

function unknownKind(object: KubeObject, place: string): UserError {
  const { group } = groupVersion(object.apiVersion);
  const what = `${object.kind} "${keyOf(nameOf(object))}"`;
  return new UserError(
    `Cannot apply ${place}: nothing here serves ${object.apiVersion} ${object.kind} (for ${what})`,
    {
      hint:
        group === ""
          ? "Check apiVersion and kind for a misspelling"
          : `Check apiVersion and kind, or put the CustomResourceDefinition of ${group} into an earlier manifest`,
    },
  );
}
