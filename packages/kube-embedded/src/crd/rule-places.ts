import { KUBE_SCHEMAS, type Schema, type ValidationRule } from "@heliostat/kube";
import { type DeclaredType, declaredType } from "../schema/cel-cost/declared-type.ts";
import { mostInOneRequest } from "../schema/cel-cost/expression-cost.ts";
import { times } from "../schema/cel-cost/size.ts";
import { holdsRules } from "../schema/rule-problems.ts";
import { schemaScope } from "../schema/schema-scope.ts";

/** A rule, where it stands, and what is known of the values that it will look at. */
export interface RulePlace {
  readonly rule: ValidationRule;
  readonly path: string;
  readonly self: DeclaredType;
  /** How often one object may have such a value at most. */
  readonly most: number;
  /** The list above whose items are not told apart by keys: what was before an update is not known there. */
  readonly uncorrelated: string | undefined;
}

/** All rules of a schema, each as often as it stands there: parts of schemas are shared. */
export function rulePlaces(root: Schema, path: string): readonly RulePlace[] {
  return places(root, { path, isRoot: true, most: 1, uncorrelated: undefined });
}

interface Node {
  readonly path: string;
  readonly isRoot: boolean;
  /** `undefined` below a list or map that has no limit. */
  readonly most: number | undefined;
  readonly uncorrelated: string | undefined;
}

const scope = schemaScope(KUBE_SCHEMAS, true);

function places(schema: Schema, node: Node): readonly RulePlace[] {
  if (!holdsRules(schema, scope)) return [];
  return [
    ...ownPlaces(schema, node),
    ...innerNodes(schema, node).flatMap(([inner, at]) => places(inner, at)),
  ];
}

function ownPlaces(schema: Schema, { path, isRoot, most, uncorrelated }: Node): readonly RulePlace[] {
  const rules = schema["x-kubernetes-validations"] ?? [];
  const isResource = isRoot || schema["x-kubernetes-embedded-resource"] === true;
  const self = rules.length === 0 ? undefined : declaredType(schema, isResource);
  if (self === undefined) return [];
  return rules.map((rule, index) => ({
    rule,
    path: `${path}.x-kubernetes-validations[${index}]`,
    self,
    most: most ?? mostInOneRequest(self),
    uncorrelated,
  }));
}

function innerNodes(schema: Schema, node: Node): readonly (readonly [Schema, Node])[] {
  const { properties = {}, items, additionalProperties, maxItems, maxProperties } = schema;
  const { path, most, uncorrelated } = node;
  const inner: [Schema, Node][] = Object.entries(properties).map(([name, member]) => [
    member,
    { path: `${path}.properties[${name}]`, isRoot: false, most, uncorrelated },
  ]);
  if (typeof additionalProperties === "object") {
    const at = `${path}.additionalProperties`;
    inner.push([
      additionalProperties,
      { path: at, isRoot: false, most: product(most, maxProperties), uncorrelated },
    ]);
  }
  if (items !== undefined) {
    const at = `${path}.items`;
    const isKeyed = schema["x-kubernetes-list-type"] === "map";
    inner.push([
      items,
      {
        path: at,
        isRoot: false,
        most: product(most, maxItems),
        uncorrelated: uncorrelated ?? (isKeyed ? undefined : at),
      },
    ]);
  }
  return inner;
}

function product(most: number | undefined, limit: number | undefined): number | undefined {
  return most === undefined || limit === undefined ? undefined : times(most, Math.max(limit, 0));
}
