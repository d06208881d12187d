import {
  applyJsonPatch,
  applyMergePatch,
  type Json,
  KubeError,
  type KubeObject,
  mergePatchBetween,
  type Patch,
} from "@heliostat/kube";
import { expandTemplates, templateNames } from "../objects/templates/expand-templates.ts";
import type { Template } from "../objects/templates/template.ts";
import type { ApiPorts } from "../ports.ts";
import { findTemplate } from "./templates-of.ts";

export interface ExpansionTarget {
  /** Where the templates are looked for. */
  readonly namespace: string;
  readonly signal: AbortSignal;
}

/** Fills in the compute templates that objects of `ray.io` name on their way to Kubernetes. */
export interface TemplateExpansion {
  /**
   * For create, replace and apply: the object itself.
   *
   * @throws KubeError `Invalid` when there is no such template
   */
  object(object: Json, target: ExpansionTarget): Promise<Json>;
  /**
   * For patches. One that names no template is answered as it is; another becomes the merge patch that leads from
   * `current` to what it means.
   *
   * @param current the object as it is stored
   * @throws KubeError `Invalid` when there is no such template, or the patch does not fit
   */
  patch(patch: Patch, current: Json, target: ExpansionTarget): Promise<Patch>;
}

export function templateExpansion(ports: Pick<ApiPorts, "client" | "caches">): TemplateExpansion {
  return {
    object: expanded,
    async patch(patch, current, target) {
      const patched = applied(patch, current);
      if (templateNames(patched).length === 0) return patch;
      const wanted = await expanded(patched, target);
      return { type: "merge", body: guarded(mergePatchBetween(current, wanted) ?? {}, current) };
    },
  };

  async function expanded(object: Json, { namespace, signal }: ExpansionTarget): Promise<Json> {
    const templates = new Map<string, Template>();
    for (const name of templateNames(object)) {
      const template = await findTemplate(ports, { namespace, name }, signal);
      if (!template) throw missing(name, namespace);
      templates.set(name, template);
    }
    return templates.size === 0 ? object : expandTemplates(object, (name) => templates.get(name));
  }
}

function applied(patch: Patch, current: Json): Json {
  if (patch.type === "json") return applyJsonPatch(current, patch.body);
  // Kinds of ray.io know no strategic merge: Kubernetes refuses it later, in its own words.
  return patch.type === "merge" ? applyMergePatch(current, patch.body) : current;
}

/** What was computed from one state of an object may be written to no other. */
function guarded(patch: Json, current: Json): Json {
  const { metadata: now } = current as unknown as KubeObject;
  const { metadata = {}, ...rest } = patch as { readonly metadata?: object };
  if (now.resourceVersion === undefined) return patch;
  return { ...rest, metadata: { ...metadata, resourceVersion: now.resourceVersion } } as Json;
}

function missing(name: string, namespace: string): KubeError {
  const message = `Cannot fill in compute template "${name}": there is none in namespace "${namespace}"; create it first`;
  const cause = { reason: "FieldValueNotFound", message, field: "computeTemplate" };
  return new KubeError("Invalid", message, { causes: [cause] });
}
