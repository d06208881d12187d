import {
  apiVersionOf,
  type Json,
  KUBE_SCHEMAS,
  type KubeObject,
  type LabelSelectorSpec,
  labelSelectorText,
  requirementsOf,
  type Scale,
} from "@heliostat/kube";
import type { ScalePaths, ServedResource } from "../registry/served-resource.ts";
import { type StoredRevision, unstored } from "../store/stored-revision.ts";
import { storedAt } from "./address.ts";
import type { ApiGround } from "./api-ground.ts";
import { applyObject } from "./apply.ts";
import type { WriteRequest } from "./create.ts";
import { written } from "./create.ts";
import { invalidValue, requiredValue } from "./field-causes.ts";
import type { StoredObject, Target, WriteResult } from "./kube-api.ts";
import { assertPatchType, type PatchRequest, patchedJson } from "./patch.ts";
import { badRequest, invalid, noSuchResource, uidConflict } from "./refusals.ts";
import { replaceObject } from "./update.ts";
import { asServed } from "./versions.ts";

/** The `scale` subresource of an object: how many replicas are wanted, how many there are. */
export function getScale({ resource }: Target, stored: StoredRevision): StoredObject {
  const { object } = asServed(resource, stored);
  return unstored(scaleOf(object, pathsOf(resource)) as KubeObject);
}

/** Write the number of wanted replicas into the object itself. */
export function updateScale(ground: ApiGround, target: Target, { body, caller }: WriteRequest): WriteResult {
  const { resource, name = "" } = target;
  const paths = pathsOf(resource);
  const { spec, metadata } = scaleBody(body);
  const { replicas = 0 } = spec;
  if (!Number.isInteger(replicas) || replicas < 0) {
    const problem = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    throw invalid({ group: "autoscaling", kind: "Scale" }, name, [problem]);
  }
  const stored = storedAt(ground, target);
  const { object } = asServed(resource, stored);
  const actual = object.metadata.uid ?? "";
  if (metadata.uid && metadata.uid !== actual)
    throw uidConflict(resource, name, { wanted: metadata.uid, actual });
  const resourceVersion = metadata.resourceVersion || (object.metadata.resourceVersion ?? "");
  const proposed = withValueAt(
    { ...object, metadata: { ...object.metadata, resourceVersion } } as unknown as Json,
    keysOf(paths.specReplicasPath),
    replicas,
  ) as unknown as KubeObject;
  const { subresource: _, ...parent } = target;
  const result = replaceObject(ground, parent, { stored, proposed, caller, through: "scale" });
  return written(unstored(scaleOf(result.object, paths) as KubeObject), result.outcome);
}

export function patchScale(ground: ApiGround, target: Target, { patch, caller }: PatchRequest): WriteResult {
  assertPatchType({ isCustom: false }, patch);
  if (patch.type === "apply") return applyScale(ground, target, { patch, caller });
  const schema = KUBE_SCHEMAS["Scale"] ?? {};
  const body = patchedJson(getScale(target, storedAt(ground, target)).object, patch, { schema });
  return updateScale(ground, target, { body, caller });
}

/** Who applies a Scale owns the number of replicas of the object itself. */
function applyScale(ground: ApiGround, target: Target, { patch, caller }: PatchRequest): WriteResult {
  const { resource, namespace, name = "" } = target;
  const paths = pathsOf(resource);
  const { replicas } = scaleBody(patch.body as Json).spec;
  if (replicas === undefined)
    throw invalid({ group: "autoscaling", kind: "Scale" }, name, [requiredValue("spec.replicas")]);
  const identity = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const body = withValueAt({ ...identity, metadata }, keysOf(paths.specReplicasPath), replicas);
  const isForced = patch.type === "apply" && (patch.force ?? false);
  const { subresource: _, ...parent } = target;
  const result = applyObject(ground, parent, { body, isForced, caller, through: "scale" });
  return written(unstored(scaleOf(result.object, paths) as KubeObject), result.outcome);
}

function pathsOf({ scale }: ServedResource): ScalePaths {
  if (!scale) throw noSuchResource();
  return scale;
}

function scaleOf(object: KubeObject, paths: ScalePaths): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = selectorText(valueAt(object, paths.labelSelectorPath));
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  return {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(([, value]) => value !== undefined),
    ) as NonNullable<Scale["metadata"]>,
    spec: { replicas: numberAt(object, paths.specReplicasPath) },
    status: { replicas: numberAt(object, paths.statusReplicasPath), ...(selector && { selector }) },
  };
}

function numberAt(object: KubeObject, path: string): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : 0;
}

/** Custom kinds hold a selector as text; built-in ones as an object, or as plain labels. */
function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (typeof selector !== "object" || selector === null) return "";
  const isSpec = "matchLabels" in selector || "matchExpressions" in selector;
  if (!isSpec) return labelSelectorText(selector as Readonly<Record<string, string>>);
  return requirementsOf(selector as LabelSelectorSpec)
    .map(requirementText)
    .join(",");
}

function requirementText({ key, operator, values }: ReturnType<typeof requirementsOf>[number]): string {
  if (operator === "exists") return key;
  if (operator === "absent") return `!${key}`;
  if (operator === "in" && values.length === 1) return `${key}=${values[0]}`;
  return `${key} ${operator} (${values.join(",")})`;
}

interface ScaleBody {
  readonly spec: { readonly replicas?: number };
  readonly metadata: { readonly uid?: string; readonly resourceVersion?: string };
}

function scaleBody(body: Json): ScaleBody {
  const { spec = {}, metadata = {} } = recordOf(body) as Partial<ScaleBody>;
  recordOf(spec as Json);
  recordOf(metadata as Json);
  return { spec, metadata };
}

function recordOf(value: Json): Readonly<Record<string, Json>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, Json>>;
  throw badRequest("the body of the request must be a Scale");
}

function keysOf(path: string): readonly string[] {
  return path.split(".").filter((key) => key !== "");
}

function valueAt(object: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  return keysOf(path).reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    object,
  );
}

function withValueAt(at: Json | undefined, [key, ...rest]: readonly string[], value: Json): Json {
  if (key === undefined) return value;
  const object =
    typeof at === "object" && at !== null && !Array.isArray(at) ? (at as Record<string, Json>) : {};
  return { ...object, [key]: withValueAt(object[key], rest, value) };
}
