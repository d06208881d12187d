import {
  type FieldRequirement,
  type KubeObject,
  type ListOptions,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from "@heliostat/kube";
import type { SelectableField, ServedResource } from "../registry/served-resource.ts";
import { badRequest } from "./refusals.ts";

/** What a caller wants to see of a collection. */
export interface Selection {
  /** Whether nothing was asked for: then everything matches. */
  readonly isEverything: boolean;
  matches(object: KubeObject): boolean;
}

const EVERYWHERE: readonly SelectableField[] = [{ path: "metadata.name" }, { path: "metadata.namespace" }];

/** @throws KubeError `BadRequest` when a selector cannot be read or names a field that this kind does not offer */
export function selectionOf(
  resource: ServedResource,
  { labelSelector = "", fieldSelector = "" }: Pick<ListOptions, "labelSelector" | "fieldSelector">,
): Selection {
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector).map((requirement) => located(resource, requirement));
  return {
    isEverything: labels.length === 0 && fields.length === 0,
    matches: (object) =>
      matchesLabels(labels, object.metadata.labels) && fields.every((field) => field(object)),
  };
}

function located(resource: ServedResource, requirement: FieldRequirement): (object: KubeObject) => boolean {
  const { path, value, isNegated } = requirement;
  const field = [...EVERYWHERE, ...(resource.selectableFields ?? [])].find((each) => each.path === path);
  if (!field) throw badRequest(`field label not supported: ${path}`);
  const at = [{ ...requirement, path: field.at ?? path }];
  const absent = [{ path: field.at ?? path, value: "", isNegated: false }];
  const { fallback = "" } = field;
  if (fallback === "") return (object) => matchesFields(at, object);
  return (object) =>
    matchesFields(absent, object) ? (value === fallback) !== isNegated : matchesFields(at, object);
}

/** The revision that a caller names. @throws KubeError `BadRequest` when it is no number */
export function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid value: "${text}": resourceVersion must be a number`);
  return Number(text);
}
